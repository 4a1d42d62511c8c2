-- Creates varied tasks for the user of each of these sessions; a quarter of them is completed.
-- The triggers are disabled, so this sets the columns that they would set.
-- $1: hashes of tokens, $2: number of tasks each.
with created as (
    insert into app.tasks (id, user_id, title, description, status, priority, tags, due_date,
                           created_at, updated_at, completed_at, words, seq)
    select gen_random_uuid(), session.user_id, words.title, words.description,
           case when number % 4 = 0 then 'completed' else 'active' end,
           case when number % 10 < 2 then 'high' when number % 10 < 5 then 'low' else 'medium' end,
           (array['{work}', '{work,report}', '{home}', '{errand,home}', '{work,call}',
                  '{}'])[1 + number / 3 % 6]::text[],
           -- From 60 days ago to 120 days ahead; a fifth has no date.
           case when number % 5 > 0 then now() + (number * 7919 % 17280 - 5760) * interval '15 minutes' end,
           now() - number * interval '37 minutes',
           now() - number * interval '35 minutes',
           case when number % 4 = 0 then now() - number * interval '35 minutes' end,
           app.words(words.title, words.description, session.user_id),
           number
      from app.sessions as session
     cross join generate_series(1, $2::int) as number
     cross join lateral (
           select (array['Buy', 'Call about', 'Write', 'Plan', 'Review', 'Repair', 'Order', 'Prepare', 'Send',
                         'Discuss', 'Clean up'])[1 + number % 11]
                  || ' ' ||
                  (array['milk', 'the monthly report', 'the bike', 'tickets', 'the budget', 'a birthday cake',
                         'the kitchen', 'slides', 'the contract', 'new shoes', 'the garden', 'the invoice',
                         'holidays', 'the roof', 'the team meeting', 'a letter', 'the taxes', 'the car',
                         'the release', 'dinner',
                         'the website', 'medicine', 'the bookshelf'])[1 + number / 11 % 23]
                  || ' ' || number as title,
                  case when number % 3 > 0 then
                      'Ask ' || (array['Anna', 'Ben', 'Chris', 'Dora', 'Emil'])[1 + number % 5] || ' before '
                      || (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday',
                                'Sunday'])[1 + number % 7]
                      || ' what is still missing, then put it where the others are.'
                  end as description
           ) as words
     where session.token_hash = any ($1::text[])
)
update app.users as person set seq = $2::int
  from app.sessions as session
 where session.user_id = person.id and session.token_hash = any ($1::text[])
