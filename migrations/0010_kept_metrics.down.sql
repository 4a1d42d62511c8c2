-- Makes metrics for each request again.
drop table app.kept_metrics;
