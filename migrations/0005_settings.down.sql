-- Removes the settings, and all tables of Dapr.
drop schema dapr cascade;
drop table app.configured_settings, app.settings;
