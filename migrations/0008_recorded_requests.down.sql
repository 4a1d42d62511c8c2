-- Removes the clock of recorded requests.
drop sequence app.recording_time;
