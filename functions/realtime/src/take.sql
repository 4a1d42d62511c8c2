-- frame: consumer
-- Does nothing with events: that one has come says whose proxies have to be told, which is done afterwards by
-- the state of the data. So an event that comes twice, late or never changes nothing.
begin
    null;
end;
