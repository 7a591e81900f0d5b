-- after migration 0001_interactions_runs_journal f26cdc2950d920541828e069ef4879bae22cead746d1c12e2ac06cb2a282311c
-- after migration 0002_idempotency_keys e619a46ba52d28588e9b0fa95de7375766d7ba64240c30b77485479f0dfce470
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (1, 'int_06gzxwb3sw000sedt6vz610hb635t', 'default', 'completed', 1795278595023, 1795278595222, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"labels":{"team":"blue","größe":"ä"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":17,"total_thought_tokens":0,"total_tokens":22,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":17}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (2, 'int_06gzxwb518000pgzegm6qpxe9z814', 'default', 'completed', 1795278595338, 1795278595371, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":18,"total_thought_tokens":20,"total_tokens":43,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":18}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, pending_calls) VALUES (3, 'int_06gzxwb5dw0015313b1sdeqft0g3t', 'default', 'requires_action', 1795278595439, 1795278596226, 0, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB), CAST('[{"id":"call_jg55vj2snesdgbp3","name":"get_weather"}]' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (4, 'int_06gzxwb93m001jmmebrfrr1cv9n7w', 'default', 'completed', 1795278596381, 1795278596497, 1, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', 'int_06gzxwb5dw0015313b1sdeqft0g3t', 'int_06gzxwb5dw0015313b1sdeqft0g3t', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (6, 'int_06gzxwb9m8000agd7h8a90ktvs21a', 'default', 'completed', 1795278596514, 1795278596516, 1, 1, 0, 1, 0, 'standard', 'demo', 'int_06gzxwb9km000r891z670axqa7tmt', 'int_06gzxwb9km000r891z670axqa7tmt', CAST('{}' AS BLOB), CAST('{"total_input_tokens":10,"total_output_tokens":2,"total_thought_tokens":0,"total_tokens":12,"input_tokens_by_modality":[{"modality":"text","tokens":10}],"output_tokens_by_modality":[{"modality":"text","tokens":2}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (7, 'int_06gzxwb9p8000gkj0tnjg00x4j8dy', 'default', 'completed', 1795278596530, 1795278596808, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":6,"total_output_tokens":12,"total_thought_tokens":0,"total_tokens":18,"input_tokens_by_modality":[{"modality":"text","tokens":6}],"output_tokens_by_modality":[{"modality":"text","tokens":12}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (8, 'int_06gzxwbb58000fj42rmzzrh20p178', 'default', 'completed', 1795278596906, 1795278596922, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":2,"total_output_tokens":1,"total_thought_tokens":0,"total_tokens":3,"input_tokens_by_modality":[{"modality":"text","tokens":2}],"output_tokens_by_modality":[{"modality":"text","tokens":1}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (9, 'int_06gzxwbb8c001hcy9k1mzhgzwhm80', 'default', 'in_progress', 1795278596931, 1795278596931, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (10, 'int_06gzxwbb9c001qcjxmssv3c8wssv6', 'default', 'queued', 1795278596939, 1795278596939, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (1, CAST('[{"type":"user_input","content":[{"type":"text","text":"Hello! My name is Ada."}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"Noted. Your name is Ada.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (2, CAST('[{"type":"user_input","content":[{"type":"text","text":"My favourite number is 42."}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AtmhBk3SmSoID5CQatsd6D34UTedrUjbXFWRcIASan8Sn0PIAhcSeRhvb2G3uPmA7eZgD6l8sPuTXmFGVMLkIhvX3u7vemBBQ18/BhaRhz4AGbMQuX23Vik3IyRjGlSArX2o8bQ98E8Atqb5mtB6KlBdnzVw+Gdm3fVrzEGtHbP64gqZpA==","summary":[{"type":"text","text":"I look for the rule that fits this prompt. The history has what is asked for, or should have it."}]},{"type":"model_output","content":[{"type":"text","text":"Noted. Your favourite number is 42.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (3, CAST('[{"type":"user_input","content":[{"type":"text","text":"How is the weather in Paris?"}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AnRDo0OY/vHgYAWgRrZ8WV/Vd9k5Xh8BRqBkogTcJ9qoE8t1iew2S4nV/51JqBD5ZgiQEyEbq4w8kFD1BDX3qSbxTRwoskg0","summary":[{"type":"text","text":"It is asked for the weather."}]},{"type":"thought","signature":"AlqPxXGlipl22nh+E9UEluTcAgT6HAwedlNXv2CNk4pavJqawS7KHJgZA60ZPAZr1HbfpPSGzeg95le2K6WpFcxovfxmNlxX"},{"type":"function_call","id":"call_jg55vj2snesdgbp3","name":"get_weather","arguments":{"place":"Paris"}}]' AS BLOB), CAST('{"2":{"provider":"gemini","family":"gemini-3.8-flash","call_id":"call-1"}}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (4, CAST('[{"type":"function_result","call_id":"call_jg55vj2snesdgbp3","result":"sunny","name":"get_weather"}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"It is sunny."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (6, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: left behind"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"left behind"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (7, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 12 slowly, 20 ms"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"1 2 3 4 5 6 7 8 9 10 11 12"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (8, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: once"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"once"}]}]' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (9, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}]' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (10, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}]' AS BLOB));
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'größe', 'ä', 'default', 'int_06gzxwb3sw000sedt6vz610hb635t');
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'team', 'blue', 'default', 'int_06gzxwb3sw000sedt6vz610hb635t');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested) VALUES (1, 'int_06gzxwbb8c001hcy9k1mzhgzwhm80', 'default', 'running', 1, 1795278596931, 253370764800000, 'vm-b330q41xjpg77tmc', 1, 1795278626931, 0, 0);
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested) VALUES (2, 'int_06gzxwbb9c001qcjxmssv3c8wssv6', 'default', 'queued', 1, 1795278596939, 253370764800000, 0, 0, 0, 0);
INSERT INTO run_requests (run, request) VALUES (1, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"},"background":true}' AS BLOB));
INSERT INTO run_requests (run, request) VALUES (2, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}],"background":true}' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (7, 1, 1, 17, 1, x'8315050080AAAAAAEAFF6E9793019FD50D54CDDDCCCDF4728E53040428A89B0A98ABB999A982AA9887593898DFBBB11B0A354FC5BBDAC7063F5E5C5C888B44BCF7C05A8944239190A26E2D79BC7749626EC3AEA037ADAC4BBF32253BB00F6B3524B24CAE7096AD2E3FA0B999E1231234C8CF330468CD8E77D050170541F50AF4075177A55FD9C876FCDFFF1E7DECA494E36B92BC4EA394FB6DEADC0181F09868606C7063513B10C86C79CB08D11913531813E50C8125389AA1E168091028FE761E1AB5ACDB8B52975A7DA956D7BD6EDAAAB9CA6F086CD19D9056100F32A5B71FC8B0A7045D02EDACCE2687F32C8AF33AA36BB14498F4CDCADE7D6E313B881A0F30EDE38899AD3E2D6A2E9929AA93262EF2E5826356852B5CE568879652A4145F2BA56F62780DB5091BC78D5BE4056A55399AD94AF61B38A6246EF0230D5AB3CD4C7B91343C660D252B8E063C5AD6BAE268C1842BC47107136E104707263410470F26B4105725859970877CF4DBF1FF5CF1C368D909CB479BDA42183DE40D275A735A5552597E3343D25259923C9427714199D2D3923944EBED1728A6F3427992B7981CF0A3B8ABAB212C71A6DBC1DB23DD968A36345D3882BBAB7783CB7DF9823015F97FD783DCC90E3D6B812DDB910E45BF72603B1BBFC68D0D8717AD19BA150835715C4E315575F05EF1336CE333DA4106DB94A6A84E20B177681E875982B3B3E703FAE7338F292D0033D28524A98272FE0AA8FB5B2598ABFAFC3DCFB32806');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (8, 1, 1, 6, 1, x'0392020080AAAAAAEAFF6E9753009FD50D54D5DD2DDCF5728E53043828A8994A98AB8799AA82AA98872FA07EBF0DEFD870B5A263CB01407E241209F1A2D1F19E5BAD44A3D16848716EAA1CF752A9A0D55D41778A6C3E42642A6EE290623F15724CBEF38E9DF97883C60BCBCF4C30204F1708D054277818A89D82A01A15E68D285F19225B39CCAFC7FF381E4F52CADFDB4197F5F52A572DB3FA3C41208D379A18177836D5814065C75B4588CED85CD25CA85608ACC9D302034F6B8280F9DB791868A9879D523BADBED460F4D91C87FE2C876F086CD957481B883B95CA3D4C64395081B1409DE85DF168ADEBEAE546D78245D8F46A63EF3EAF343B088D116CFBDE1132037D1AA179D6B5326575CA854D3E5D719AAEB0070B4F0F18294599F2B3529C09FF0CD2A68DF3C62D321C55F49E167692769ED394C40166A0C168EAC2F43049FE5318A43891F254AD9CB2B09DA3347571C463D53684391C643FA5352FB41A2FCFF4A61206705A365759091E8F463F5E8EE4F10F57236B0D4B29B055375351749413BBC5869837B69CFE2856182D10526154520C0A77C1D7B4CDD7E000091DB360FF57A1D5F55D3B3EED9ABC5B023F617EDE9348F100980E7639A27E6D17016DF35B0916AA5D5A6B5D37');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (9, 1, 1, 6, 0, CAST('event: interaction.created
data: {"event_type":"interaction.created","event_id":"1-1","interaction":{"id":"int_06gzxwbb8c001hcy9k1mzhgzwhm80","object":"interaction","status":"in_progress","model":"demo","created":"2026-11-21T16:29:56.931Z","updated":"2026-11-21T16:29:56.931Z","service_tier":"standard"}}

event: interaction.status_update
data: {"event_type":"interaction.status_update","event_id":"1-2","interaction_id":"int_06gzxwbb8c001hcy9k1mzhgzwhm80","status":"in_progress"}

event: step.start
data: {"event_type":"step.start","event_id":"1-3","index":0,"step":{"type":"thought"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-4","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":"I"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-5","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" look"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-6","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" for"}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (9, 1, 7, 9, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-7","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" the"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-8","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" rule"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-9","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" that"}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (9, 1, 10, 12, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-10","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" fits"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-11","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" this"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-12","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" prompt."}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (9, 1, 13, 15, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-13","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" The"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-14","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" prompt"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-15","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" wants"}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (9, 1, 16, 20, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-16","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" numbers."}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-17","index":0,"delta":{"type":"thought_signature","signature":"AnUL0alf4vw6U/cf/zusQlgyq0hc3fgNYS7J/df6cpSYoAWl7PzxqQ5QS1c3A0YWhJgEECLH5IpVXJn45PJQuWR3N8mgIhJS+PjOT+/Dz9UThLTgV+snokd0jyQAAw0T7bMOxGSB5kdf"}}

event: step.stop
data: {"event_type":"step.stop","event_id":"1-18","index":0}

event: step.start
data: {"event_type":"step.start","event_id":"1-19","index":1,"step":{"type":"model_output"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-20","index":1,"delta":{"type":"text","text":"1"}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (9, 1, 21, 23, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-21","index":1,"delta":{"type":"text","text":" 2"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-22","index":1,"delta":{"type":"text","text":" 3"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-23","index":1,"delta":{"type":"text","text":" 4"}}

' AS BLOB));
INSERT INTO idempotency_keys (project, key, request_hash, interaction, id) VALUES ('default', 'e0613ede3734d3182ad226a948a44d7cbb9135f0b7391ada5440f296ced70ae5', '7f8f37a8c5dd0be6330ec1eec94ab3e221d34aa33b2baa1832614e97f07cb4be', 8, 'int_06gzxwbb58000fj42rmzzrh20p178');
