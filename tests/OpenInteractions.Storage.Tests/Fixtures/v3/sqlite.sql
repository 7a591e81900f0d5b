-- after migration 0001_interactions_runs_journal f26cdc2950d920541828e069ef4879bae22cead746d1c12e2ac06cb2a282311c
-- after migration 0002_idempotency_keys e619a46ba52d28588e9b0fa95de7375766d7ba64240c30b77485479f0dfce470
-- after migration 0003_queue_lines 934f0d287ef4cc1b485f6ec1915adeac27466937e437b167ce634693284921fb
-- after migration 0004_file_search 381c51fcbcaa52642823e1bb29d4b893a0db5b1a2b99fa86d8a0bdd7046bf5a7
-- after migration 0005_environments_agents_credentials b99b54ccb8b671bbc3c1366d163b13dbfe0103798123eb71f7805f01dbe8aa97
-- after migration 0006_environment_checkpoints 79dea4b70167d8709b249ea0aa83885dd4b1182a01e5a12ab09fbcc27479529b
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (1, 'int_06h07tagaw001gtafbr0fa9xnjr3m', 'default', 'completed', 1795361951831, 1795361951953, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"labels":{"team":"blue","größe":"ä"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":17,"total_thought_tokens":0,"total_tokens":22,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":17}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (2, 'int_06h07tah50001bzt2szr0fy5emjgm', 'default', 'completed', 1795361952040, 1795361952049, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":18,"total_thought_tokens":20,"total_tokens":43,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":18}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, pending_calls) VALUES (3, 'int_06h07taj6c001xbqy1v2kz9e1a0qc', 'default', 'requires_action', 1795361952307, 1795361952886, 0, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB), CAST('[{"id":"call_am69fbvqhrnrznvz","name":"get_weather"}]' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (4, 'int_06h07tamyw0006xzdzq44saw1fdx0', 'default', 'completed', 1795361953015, 1795361953067, 1, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', 'int_06h07taj6c001xbqy1v2kz9e1a0qc', 'int_06h07taj6c001xbqy1v2kz9e1a0qc', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (6, 'int_06h07tan7m000v61xkqr9chzjm7st', 'default', 'completed', 1795361953085, 1795361953086, 1, 1, 0, 1, 0, 'standard', 'demo', 'int_06h07tan6r001ffxcqt7vw0rynqwy', 'int_06h07tan6r001ffxcqt7vw0rynqwy', CAST('{}' AS BLOB), CAST('{"total_input_tokens":10,"total_output_tokens":2,"total_thought_tokens":0,"total_tokens":12,"input_tokens_by_modality":[{"modality":"text","tokens":10}],"output_tokens_by_modality":[{"modality":"text","tokens":2}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (7, 'int_06h07tan9m000hf78vwj0q6bkfb3p', 'default', 'completed', 1795361953101, 1795361953378, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":6,"total_output_tokens":12,"total_thought_tokens":0,"total_tokens":18,"input_tokens_by_modality":[{"modality":"text","tokens":6}],"output_tokens_by_modality":[{"modality":"text","tokens":12}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (8, 'int_06h07tapwm000m2vrn098c5tam9rm', 'default', 'completed', 1795361953509, 1795361953515, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":2,"total_output_tokens":1,"total_thought_tokens":0,"total_tokens":3,"input_tokens_by_modality":[{"modality":"text","tokens":2}],"output_tokens_by_modality":[{"modality":"text","tokens":1}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (9, 'int_06h07tarfr0007f63b2n3e116gtec', 'default', 'completed', 1795361953918, 1795361954103, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"tools":[{"type":"file_search","file_search_store_names":["fileSearchStores/5maj8x41cq9r"]}]}' AS BLOB), CAST('{"total_input_tokens":83,"total_output_tokens":39,"total_thought_tokens":0,"total_tokens":122,"input_tokens_by_modality":[{"modality":"text","tokens":83}],"output_tokens_by_modality":[{"modality":"text","tokens":39}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (10, 'int_06h07tataw001g2anw1gmvndmw1x0', 'default', 'in_progress', 1795361954391, 1795361954391, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (11, 'int_06h07tatbr000tq4ffwsb3edm3q2r', 'default', 'queued', 1795361954398, 1795361954398, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (1, CAST('[{"type":"user_input","content":[{"type":"text","text":"Hello! My name is Ada."}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"Noted. Your name is Ada.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (2, CAST('[{"type":"user_input","content":[{"type":"text","text":"My favourite number is 42."}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AsBraEYoVDx3wxVbEZPOnPuLy9FtDNwNiPHWKeEO17TW/vfQyecRBPoMwiXz9SrT47LUCJcLUco69HEPF7NegWxEy1WhyNjOW2dx7U2I/8BfUMd+cxMEFeugiPmpb36Ec+hHvOG6A1DbAVeXE6wboOAojQ8NP3K8M2rq1eVHrknPlCpUQg==","summary":[{"type":"text","text":"I look for the rule that fits this prompt. The history has what is asked for, or should have it."}]},{"type":"model_output","content":[{"type":"text","text":"Noted. Your favourite number is 42.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (3, CAST('[{"type":"user_input","content":[{"type":"text","text":"How is the weather in Paris?"}]}]' AS BLOB), CAST('[{"type":"thought","signature":"Ai14EBdSATLVamLDmqNzyDLFr1rmBsQ49c9p432+09eYPbd0tej+ZfXEpZRMbIxGDK8NWSnYe0ptcLyTgqPGNJd0qBneJzlI","summary":[{"type":"text","text":"It is asked for the weather."}]},{"type":"thought","signature":"AhiAkzxcqIFzjeenGM5CUM4u6IVcRY/R1GrbBt2nx6b9YsmVajoDr4Cqc0x+vJfLJx2+BG1srSEFQrzo5dHSR/C8N5aZm3Xs"},{"type":"function_call","id":"call_am69fbvqhrnrznvz","name":"get_weather","arguments":{"place":"Paris"}}]' AS BLOB), CAST('{"2":{"provider":"gemini","family":"gemini-3.8-flash","call_id":"call-1"}}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (4, CAST('[{"type":"function_result","call_id":"call_am69fbvqhrnrznvz","result":"sunny","name":"get_weather"}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"It is sunny."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (6, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: left behind"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"left behind"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (7, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 12 slowly, 20 ms"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"1 2 3 4 5 6 7 8 9 10 11 12"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (8, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: once"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"once"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (9, CAST('[{"type":"user_input","content":[{"type":"text","text":"Search my files for \"Which valve bleeds the boiler?\"."}]}]' AS BLOB), CAST('[{"type":"file_search_call","id":"call_x6szc2dbyk538dd1","signature":"As9pNSx1A0HHE1CkRIGGyWxcXeBGi4hRzcQTELn/u5meDoDx9U0Tbi/eOlsIV39ZCXloM+Cdx+yaD/l1GOCaZbQB1O/4NlEcewynVLtzu4pRJk4lGfiHK0muBirtvLrLfNc33m7FVGh70t1ob3WCNg=="},{"type":"file_search_result","call_id":"call_x6szc2dbyk538dd1","result":[],"signature":"AqYwz0JGW0plA8+wkU0Fl8hjjy46IxoXRyOsFNZu5WXLnsqDmEHhhdn2S9MuhdCjic4rLayzTjVNfu61q/rOhzXiLTzTLJXYR5U29kpELMyyZKz5cRfZ2LnG08Ff88zlF3cIyk6XUtVpp6qlGB6aRnEQDvLl9a58/Id1okN8r+b99Pr9mu7mOiBRyFa/a+9aLpQNqjA5Ya8KiLsK+uW25UVq3KZDV1WjQkd5/i47jtqDamFGGyHhZQXz+FjBRHzq+CYfNkvcN5cujAXiEz/O8JTMX1epUupdZFKg9q1KRoJvEVIGvTHKM+qWcUDzY2gjBfkb3NA+GlzhWVCEGbKA1G+0CwOtbXeXPLW3etUcQ/kfKgFwjbxL8IuvdAZkjZBYQm6sppWgwEoDK9tqJaR0mTNiHDdzAkpOnMRMJy9Lav6yzOfthFmtsuWDZYpLpYWnhekJ9jMILWNWcshcCPAEe7HOINfnHyHAp3iuiWOme185m2OEgyyY/31sL6c3P24PYDzzG4TWPauAqD/C+Y9nWpoMQ7y2TML3OPIUUicNxt0ooz3m"},{"type":"model_output","content":[{"type":"text","text":"file_search found:\n- The boiler in the cellar is bled through the brass valve, with the pump switched off.\n\nI am the demo model: a rule-based stand-in, not a language model.","annotations":[{"type":"file_citation","document_uri":"fileSearchStores/5maj8x41cq9r/documents/boilers-txt-16m5q9csk4em","file_name":"boilers.txt","source":"fileSearchStores/5maj8x41cq9r","start_index":21,"end_index":106}]}]}]' AS BLOB), CAST('{"0":{"provider":"demo","family":"demo","call_id":"call_1"}}' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (10, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}]' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (11, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}]' AS BLOB));
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'größe', 'ä', 'default', 'int_06h07tagaw001gtafbr0fa9xnjr3m');
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'team', 'blue', 'default', 'int_06h07tagaw001gtafbr0fa9xnjr3m');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (1, 'int_06h07tataw001g2anw1gmvndmw1x0', 'default', 'running', 1, 1795361954391, 253370764800000, 'vm-bjat2fb4b0be4q1t', 1, 1795361984391, 0, 0, 'demo');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (2, 'int_06h07tatbr000tq4ffwsb3edm3q2r', 'default', 'queued', 1, 1795361954437, 253370764800000, 0, 0, 0, 0, 'demo');
INSERT INTO run_requests (run, request) VALUES (1, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"},"background":true}' AS BLOB));
INSERT INTO run_requests (run, request) VALUES (2, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}],"background":true}' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (7, 1, 1, 17, 1, x'8315050080AAAAAAEAFF6E9793019FD50D54CCDCCDCCF5728E53043828A8994AB8ABBB99A986A998873B3898DFBBB11B0A354FC5BBDAC7063F5E5C5C888B44BCF7C05A8944239190A26E2D79BC7749626EC3AEE0272F62CAB008AF6E9410976A5CD909FBC23B71A6FC80E66656DE8961407E9EA1406B768287011D088AEA15980FA2EECAB088D5ED4D77E296F3ACB5BEFD76FDF3FFAEFFDAE1F13B34090A71B8F328D8E0C6A276A090C5C99611A23336ADF1BA72CE5098A3E709069EE70885E26FE76150EBBA3D101DEAFA8B4EA6391B6A2AD2F40D852DF913D20AE241E6F51946B612788529817616EF568F7D2F8AF33AA36BB144D8F4CDCADE7D6E313B881A0FB0EDE38899AD3E2D6A2E5938A993AE52E4CB05C7AC0A0D5CE5F905A3A54839BD564ADFC4F01A6A1B37499BB4C80BD4AAF23C8993EC37704C491CE1471A8C669B855F45D2F0980D48561C27F06859EB8AA305131A88A303138E10470F269C208E3398D0425C490B33A1837CF4DBF1FF5CF1C368D90BCB479BDA421867C81B4EB4E6B44A5A597E3343D2922C491EE4495C20537A5AB2C464BDFD02C5745E9027798BC981308ABBBA1AE39C26BE1DBC3DD26DA96843D38523B8BB063FB8DC972F085391FF773DC84DD7A367ADB06577E543D1AF12C54D362C69132BF1C14B866915424D1C97534CA90EDE2BB9C5ED7A8B76D0C136A529D42B24F60EEDF0B673F46E0AF286F9F9CC634A0BC08C742149AAA0EC1705757FAB0473AAF7CBBEEF4531');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (8, 1, 1, 6, 1, x'0392020080AAAAAAEAFF6E9753009FD51D54CDC23CC2E4728E53043828A89B0AB86B84E902AA621EEEE0A07EBF0DEFD870B5A263CB01407E241209F1A2D1F19E5BAD44A3D16848716EAA1CF752A9A0D55DC1774E426F210957B74AC8E9B85676C27EF04E1CBDBD40E38595676110C8D3050A34D5091E0473305054A3825E88F2952189D5A79BFE1057FEA3D63A8EF79AF4F2B9CEE2E2522314F2E59757C1059E4D75A0D0C4C9DE10A233B6D47CADDC1A1462F6BC81E039662898BF9D0761D4E3E960CC611CBFCC4CD342663ACE7AF986C25E7C85B481B8D3B8DEC3CA5602579005EA24EFAA47EFC3502F37BA162CC2A6571B7BF779A5D9418C18C1B6EF1D2133D0A711BA675D9B7051A75CC5E4D315A7E90A1358787E80B414652ECF4A7126FC33489B7729BBB4C8705471F4BC8993B4F39CA624DE61061A485317E18749F29F8290D3CACA53B5492EC2768ED2D4C58CC7AA6D087338C8E39A63D978355E9EE94D259CC069D95C6525783C1AFD783992C73F5C8D6C66584A85BDB92B174547258BDB6C4865172BF98F53038D0A21154625C560701772CBFBF5161CA0A163164C7F155A5DDFB597A78DD9BB2DC813F4F39A448A07C074B0CB11F56B3F2B689BDF4AB030FDDC7B1F8601');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 1, 6, 0, CAST('event: interaction.created
data: {"event_type":"interaction.created","event_id":"1-1","interaction":{"id":"int_06h07tataw001g2anw1gmvndmw1x0","object":"interaction","status":"in_progress","model":"demo","created":"2026-11-22T15:39:14.391Z","updated":"2026-11-22T15:39:14.391Z","service_tier":"standard"}}

event: interaction.status_update
data: {"event_type":"interaction.status_update","event_id":"1-2","interaction_id":"int_06h07tataw001g2anw1gmvndmw1x0","status":"in_progress"}

event: step.start
data: {"event_type":"step.start","event_id":"1-3","index":0,"step":{"type":"thought"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-4","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":"I"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-5","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" look"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-6","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" for"}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 7, 9, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-7","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" the"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-8","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" rule"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-9","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" that"}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 10, 12, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-10","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" fits"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-11","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" this"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-12","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" prompt."}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 13, 15, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-13","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" The"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-14","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" prompt"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-15","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" wants"}}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 16, 20, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-16","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" numbers."}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-17","index":0,"delta":{"type":"thought_signature","signature":"An6QozwEGPTSv5XyP7xanSHzR4QZ3ANaBC+zwrOWhrk08smnVUVT/bWqQ+na2733KlMthPrxVB2XvBN/Svv7qLU8jErUhhWxNhBrmGUlgO0P74TWP6jXPhO8K9u0ItNdVLJxVNY+5agz"}}

event: step.stop
data: {"event_type":"step.stop","event_id":"1-18","index":0}

event: step.start
data: {"event_type":"step.start","event_id":"1-19","index":1,"step":{"type":"model_output"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-20","index":1,"delta":{"type":"text","text":"1"}}

' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 21, 23, 0, CAST('event: step.delta
data: {"event_type":"step.delta","event_id":"1-21","index":1,"delta":{"type":"text","text":" 2"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-22","index":1,"delta":{"type":"text","text":" 3"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-23","index":1,"delta":{"type":"text","text":" 4"}}

' AS BLOB));
INSERT INTO idempotency_keys (project, key, request_hash, interaction, id) VALUES ('default', 'e0613ede3734d3182ad226a948a44d7cbb9135f0b7391ada5440f296ced70ae5', '7f8f37a8c5dd0be6330ec1eec94ab3e221d34aa33b2baa1832614e97f07cb4be', 8, 'int_06h07tapwm000m2vrn098c5tam9rm');
INSERT INTO file_search_stores (number, project, id, version, created_at, updated_at) VALUES (1, 'default', '5maj8x41cq9r', 3, 1795361953531, 1795361953793);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, due_at, epoch, attempts) VALUES (1, 1, 'default', 'boilers-txt-16m5q9csk4em', 'boilers.txt', 'text/plain', 85, 'active', 512, 64, 1, 16, 1795361953576, 1795361953793, 0, 5, 0);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, work, due_at, epoch, attempts) VALUES (2, 1, 'default', 'ladders-txt-56wzfg6859xq', 'ladders.txt', 'text/plain', 24, 'arriving', 512, 64, 0, 0, 1795361954136, 1795361954136, 'erase', 253370764800000, 2, 0);
INSERT INTO file_search_parts (document, start, bytes) VALUES (2, 0, CAST('The ladder hangs behind ' AS BLOB));
INSERT INTO file_search_chunks (number, document, ordinal, length, terms, text) VALUES (1, 1, 0, 16, '1_boiler 1_txt 1_boiler 1_txt 1_the 1_boiler 1_in 1_the 1_cellar 1_is 1_bled 1_through 1_the 1_brass 1_valv 1_with 1_the 1_pump 1_switch 1_off', 'The boiler in the cellar is bled through the brass valve, with the pump switched off.');
INSERT INTO environments (number, project, id, host, slot, state, created_at, updated_at, last_accessed_at, generation, file_count, size_bytes, shown, sealed) VALUES (1, 'default', 'env_06h07tat28001x9c42wqf63sq9qde', 'host_4653b11c8cd28aa83ce7', 0, 'pending', 1795361954322, 1795361954322, 1795361954322, 0, 0, 0, CAST('{"type":"remote","network":"disabled"}' AS BLOB), x'019E342B263DA0F42D555C1EF9E619911185CB44FF2DD097249F93F7E9EE616BA4D49032EA46FDFB0094BB81F5B0EA7845EEE42B3B7ED676F265B0085F4CB884BFCE00F7454FCA12564C7E1C835EB5641E0B789B0E');
INSERT INTO credentials (number, project, id, type, status, created_at, updated_at, version, refresh_until, sealed) VALUES (1, 'default', 'tok', 'bearer_token', 'active', 1795361954293, 1795361954293, 1, 0, x'011C01A34C8BE7BA9AE06276602E8FB186846516D3375419CF89012E29102A41C40736A48955D11C782847410759ACEDDA01012845F8A8511BD63A4CD35BAF767A9F6519D9CA288FC6676266E6EF2AF46BB741A2D3CC611FE2E9D3');
INSERT INTO agents (number, project, id, version, created_at, updated_at) VALUES (1, 'default', 'reader', 2, 1795361954192, 1795361954237);
INSERT INTO agent_versions (agent, version, created_at, sealed) VALUES (1, 1, 1795361954192, x'01EA4ECA982EEE37A061E5E949371F383C2E8D106F0616A7AA04E510B39C91E0FD51B13530F6DAF5F7BB0CD2B212B6C310AB2B04E0FA87BDF42082DCB3E138AF8DE058AB9F1796A1064713FC277E0635AD4F9B886711B62FA53878C2CCC9E50124B2FF71250040AE5E37DF828480AD413AFFCA9391E358D8DE68241FEABD90E719F0ACC55B15CFECEFB9D1AF3D8F1B5DF3CF1F03E1A39916BA001904BA2E3069167F184B6D507DC007105338533EBE26357F0FD730BC1361342769BC3EF47CC85A7F9DA71CEFAB38F5740FC60062601E0F0DA5E81527A3471F5CB97970C6C07F9A40FC314ED331A2A3C5F1548690242EC7');
INSERT INTO agent_versions (agent, version, created_at, sealed) VALUES (1, 2, 1795361954237, x'0167699A0270AC98EB96AA02B878C50B5D47E90D840B811DCEFC642728112F7F7684DCC30EE8546CC086AB75595FC8C5688DC8AFFB93DC4722D3669B1246587D3A587C11ED0873450BCC2868929C7D7551D4FB30DB3C7A15440CFF5646C6ECD259427090EA73F08A7B85767C24194FD082977EBA306E43EA01FBC121A882E74F79A52A69E66F5AFDD043B9AD298EA8A3A63138DB580B739AA1EDC3F62FDBC612A485ED9E60A7639810A4EA1AD5C56108E0864EBB1FC89BC9C5E1FAF32BADC551C7E17245C99FFE28473F4156488D3C11AE7E27EF35D89D275B5D68A804FF497550C420C4E2B3CC8048233FA71691E82693ADF94ECF0DC20ECC68BED7D869EAAF84E2D8AC46905457C3128361E82D');
