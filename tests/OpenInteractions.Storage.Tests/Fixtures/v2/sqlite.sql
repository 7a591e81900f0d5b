-- after migration 0001_interactions_runs_journal f26cdc2950d920541828e069ef4879bae22cead746d1c12e2ac06cb2a282311c
-- after migration 0002_idempotency_keys e619a46ba52d28588e9b0fa95de7375766d7ba64240c30b77485479f0dfce470
-- after migration 0003_queue_lines 934f0d287ef4cc1b485f6ec1915adeac27466937e437b167ce634693284921fb
-- after migration 0004_file_search 381c51fcbcaa52642823e1bb29d4b893a0db5b1a2b99fa86d8a0bdd7046bf5a7
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (1, 'int_06h04j3v9c000963bxfwec6z5nq34', 'default', 'completed', 1795334634315, 1795334634416, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"labels":{"team":"blue","größe":"ä"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":17,"total_thought_tokens":0,"total_tokens":22,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":17}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (2, 'int_06h04j3vt0001f228m8z3mfsq4p2y', 'default', 'completed', 1795334634448, 1795334634457, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":18,"total_thought_tokens":20,"total_tokens":43,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":18}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, pending_calls) VALUES (3, 'int_06h04j3vz000109tf72vw2xj1dwa6', 'default', 'requires_action', 1795334634488, 1795334634641, 0, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB), CAST('[{"id":"call_2ret51as50t924p4","name":"get_weather"}]' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (4, 'int_06h04j3wpw00044063vkhctdsypgw', 'default', 'completed', 1795334634679, 1795334634730, 1, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', 'int_06h04j3vz000109tf72vw2xj1dwa6', 'int_06h04j3vz000109tf72vw2xj1dwa6', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (6, 'int_06h04j3wxw001d8bzs21yt0rw1t3r', 'default', 'completed', 1795334634735, 1795334634736, 1, 1, 0, 1, 0, 'standard', 'demo', 'int_06h04j3wxg0013gqda1nmqdjr4p60', 'int_06h04j3wxg0013gqda1nmqdjr4p60', CAST('{}' AS BLOB), CAST('{"total_input_tokens":10,"total_output_tokens":2,"total_thought_tokens":0,"total_tokens":12,"input_tokens_by_modality":[{"modality":"text","tokens":10}],"output_tokens_by_modality":[{"modality":"text","tokens":2}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (7, 'int_06h04j3wz4001c7xpbr7ex166d704', 'default', 'completed', 1795334634745, 1795334635019, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":6,"total_output_tokens":12,"total_thought_tokens":0,"total_tokens":18,"input_tokens_by_modality":[{"modality":"text","tokens":6}],"output_tokens_by_modality":[{"modality":"text","tokens":12}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (8, 'int_06h04j3y4c001dzqyg10qnjpx7mb0', 'default', 'completed', 1795334635043, 1795334635052, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":2,"total_output_tokens":1,"total_thought_tokens":0,"total_tokens":3,"input_tokens_by_modality":[{"modality":"text","tokens":2}],"output_tokens_by_modality":[{"modality":"text","tokens":1}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (9, 'int_06h04j3zvm0016s8bdr9vpk7vz1aw', 'default', 'completed', 1795334635485, 1795334635969, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"tools":[{"type":"file_search","file_search_store_names":["fileSearchStores/6n84zmx0acbx"]}]}' AS BLOB), CAST('{"total_input_tokens":83,"total_output_tokens":39,"total_thought_tokens":0,"total_tokens":122,"input_tokens_by_modality":[{"modality":"text","tokens":83}],"output_tokens_by_modality":[{"modality":"text","tokens":39}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (10, 'int_06h04j41v8001j3bq3zgvzejxs9wg', 'default', 'in_progress', 1795334635994, 1795334635994, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (11, 'int_06h04j41w4000mz0fsjjg1876d700', 'default', 'queued', 1795334636001, 1795334636001, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (1, CAST('[{"type":"user_input","content":[{"type":"text","text":"Hello! My name is Ada."}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"Noted. Your name is Ada.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (2, CAST('[{"type":"user_input","content":[{"type":"text","text":"My favourite number is 42."}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AvBDjlwReiq+D0OEla09zVMguTComEpK16pjik7gYWRXJ9RTSEkb7VYc2fUixcvcOTswx7t4upD2A6osM+wnnC8XOoDPf9r1ji/9HJ+x1KXmHw2J2JCEreKV4jEEh3M8LtNBHwm0hDInDxS7yobPYJxr5IxLPT+0D4dmM3wtTS/e/LgESQ==","summary":[{"type":"text","text":"I look for the rule that fits this prompt. The history has what is asked for, or should have it."}]},{"type":"model_output","content":[{"type":"text","text":"Noted. Your favourite number is 42.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (3, CAST('[{"type":"user_input","content":[{"type":"text","text":"How is the weather in Paris?"}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AjkIhHkXa2YPPbbipvzvldQIBEC5kBcld6cVdvPiWGuBgIaPrfHBXr5j1EvKsU2GtWguhFMOw6FHtyhy63ygM2gzR0/P5Oil","summary":[{"type":"text","text":"It is asked for the weather."}]},{"type":"thought","signature":"An7uRzIegRlSEqQK1cCoxHPJqT1DkIHsYiDaeiGCoNADDoMKZNV9+5l9aLPXhJORe2iiv+YJKJyQTNymxLjYS2xNoSN97/AX"},{"type":"function_call","id":"call_2ret51as50t924p4","name":"get_weather","arguments":{"place":"Paris"}}]' AS BLOB), CAST('{"2":{"provider":"gemini","family":"gemini-3.8-flash","call_id":"call-1"}}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (4, CAST('[{"type":"function_result","call_id":"call_2ret51as50t924p4","result":"sunny","name":"get_weather"}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"It is sunny."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (6, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: left behind"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"left behind"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (7, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 12 slowly, 20 ms"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"1 2 3 4 5 6 7 8 9 10 11 12"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (8, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: once"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"once"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (9, CAST('[{"type":"user_input","content":[{"type":"text","text":"Search my files for \"Which valve bleeds the boiler?\"."}]}]' AS BLOB), CAST('[{"type":"file_search_call","id":"call_cpd23rqazjtc1z1p","signature":"AiyOmD+t1A1nB4TSfWfHBolXSuTkSWVfZ2iVreXoAB8VVbjhf5Bx8TzxMJ1I2GlvVTF52B+wTzLjPszM5FOPAuPzHIA3UuCxExhkhX3tPxyRHPs5A2x1nxhjf0NjgRnbjYrxI1t0xFLuiFnL1NRKYw=="},{"type":"file_search_result","call_id":"call_cpd23rqazjtc1z1p","result":[],"signature":"AjQaErMyQpFGdu62bFYJ5k4RNc7OwLvo0GK51mrx88JBaMLAVxQZc86qtrZrcdWBzzPC1AMK7maOFkbeJapOaRhPEz5+To4gwSkt8Ros6KxNByVC2DLPcsRb7VEXoX0zKi4JZ78fWOESa+zyhgjPvlDd7R18dgr8lqafgarGlDY6X3pYO+26yTWFjy9bjwqpFj09xf6m+3208d7Pg2c8fotlQ8xPKJrZccSxnaOJO9KA9m9FhYSXdAPE8Ui3JMKAkNKOjza5Rn5O/5uQS7Fa26UIBOx7XmYN/Pa35pZIQ9BTydgpvOEtwu0ukQGuQokvD8fVsfN6W7yb5HuUe5cxyTIhJ2J1fohdZrtJLtsxx+yCLi/26wpqzn4mp1c2DCYfURod/OOP60BzirHX+3+zyk6NKeBOSShATiVoUA7wcDyKoye7gLD4K5zJoB3HCacMlglARChJpfxm2BpC1K5Ou3whfWHOOsyj4WViQthdYGQNqsx5Clv1lzQ42EYXwq7Pe8yMLW1U6XXTON465x9dG7uMJYoXjjegfpnGUPscxVZUA443"},{"type":"model_output","content":[{"type":"text","text":"file_search found:\n- The boiler in the cellar is bled through the brass valve, with the pump switched off.\n\nI am the demo model: a rule-based stand-in, not a language model.","annotations":[{"type":"file_citation","document_uri":"fileSearchStores/6n84zmx0acbx/documents/boilers-txt-f222ksmfbxt7","file_name":"boilers.txt","source":"fileSearchStores/6n84zmx0acbx","start_index":21,"end_index":106}]}]}]' AS BLOB), CAST('{"0":{"provider":"demo","family":"demo","call_id":"call_1"}}' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (10, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}]' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (11, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}]' AS BLOB));
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'größe', 'ä', 'default', 'int_06h04j3v9c000963bxfwec6z5nq34');
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'team', 'blue', 'default', 'int_06h04j3v9c000963bxfwec6z5nq34');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (1, 'int_06h04j41v8001j3bq3zgvzejxs9wg', 'default', 'running', 1, 1795334635994, 253370764800000, 'vm-wz3zw0za86cs63vb', 1, 1795334665994, 0, 0, 'demo');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (2, 'int_06h04j41w4000mz0fsjjg1876d700', 'default', 'queued', 1, 1795334636007, 253370764800000, 0, 0, 0, 0, 'demo');
INSERT INTO run_requests (run, request) VALUES (1, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"},"background":true}' AS BLOB));
INSERT INTO run_requests (run, request) VALUES (2, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}],"background":true}' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (7, 1, 1, 17, 1, x'8315050080AAAAAAEAFF6E9793019FD50D54CC6D71D7CB394E11E0A0A06E2AE0AE1EE6A60AAA621EE6E1607EBF0D0F37AD993977573B82FE78D1485C241A19EFE16A351A178D8614E7D692C77B9724E636EC0A7EF122A60E8B70769384B834536627EC2BEFC499FA039A595979278601B97F8102ADD9091E06742028AA15613E889A2BC322560F77DD3D8E7FFF9DD6348D5BBAE691371A063FEA0E0AF1FAE049B0C14C45ED40A18893B52044676CCAF196B914283CA3E719069E9F110AC5DFCEC3A0D5ED70203AB4ED973E197D347DD78C5DFF0D8535F9135205F1A0707E8589AD04CE3025D0CEE25DF6D8F7AA3AAF2974CD97089BBEA9ECDDE7966207D1E201B67D1C3E73A94F59CDB1082775D22C453ECD38C5AA7084493C6F305A8A94D36BA5F04D8CAF21B57195B44A8B2C474D1ACFB338C96123A728E93E854CD2D36034DB45782B92C6C7C58064C5D18347EB56571C03987084384630A183384E60420F719CC18401E24A5A980923E4BDDF4EFF67C50FA3F54958DEDBD416C23843BEE04435A755D2CAF29B1992D66449F2204FE20299526F2C1293F50E7394A2F3823CC9CA2607C228EED2668ACF34F3EDE0E5895E96F236345F389CBB6BF083CB7CF9823017F96FD78377DF683A6360AAB01677E343D1AF12C5CD362C69152BF19797023328841A3F2EE798521BBC27728FEBED1EEDA0836D4813E9A490D83AB4D7B77D46EFE6206F989FCF3CA6B000CC48E392840AE27E5150B7B74AB0A676BFECFB5E5503');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (8, 1, 1, 6, 1, x'0392020080AAAAAAEAFF6E9793039FD50D54D5CC3C02F4728E53043828A89B0A98AB8799AA86AA98835B38A8DF6FC33B365CADE8D87200901F894442BC6874BCE7562BD168341A529C9B2AC7BD542A687557D093229B53884CC5CD1C52ECE7428EC977DEB133A73768BCB07C64820179BA4080A63AC1C3409D1504D5A8306F44F9CA10D9CACB5D8E8FE118672995FFFF3B1625FFE223BF3EB69B8440BA3D68665CE0D9540702951DEF15213A6373494BA15A21B0254F2B0C3C6D0902E66FE761A0A5BE9C953A6BFD253F8D1CCC34F5721CBE21B0675F216D20EE542ACF3093E54005C60275A277C5A3B5AEAB971B5D0B1661D3AB8DBDFBBCD2EC203446B0ED7B47C80CF46984E659D7CA94D5291736F974C569BAC200169E5E30528A32E567A53813FE19A44D3BE79D5B6438AAE83DADEC24ED3CA729891166A0C168EAC2F43249FE5318A43893F254AD9CB2B09DA3347531E1B16A1BC21C0EB29FD396575A8D97677A530917705A365759091E8F463F5E8EE4F10F57234F1A965260AF6EA1A2E8282776AB0D31EF6C39FD52AC305A20A4C2A8A41814EE82EF695FEEC101123A66C1F057A1D5F55D7B3BEC96BC5B031F303FEF49A478004C07BB1C51BFB6AB80B6F9AD040BD5AEADB5AE1B');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 1, 6, 0, CAST('event: interaction.created
data: {"event_type":"interaction.created","event_id":"1-1","interaction":{"id":"int_06h04j41v8001j3bq3zgvzejxs9wg","object":"interaction","status":"in_progress","model":"demo","created":"2026-11-22T08:03:55.994Z","updated":"2026-11-22T08:03:55.994Z","service_tier":"standard"}}

event: interaction.status_update
data: {"event_type":"interaction.status_update","event_id":"1-2","interaction_id":"int_06h04j41v8001j3bq3zgvzejxs9wg","status":"in_progress"}

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
data: {"event_type":"step.delta","event_id":"1-17","index":0,"delta":{"type":"thought_signature","signature":"Akn4AflxvistGR0bm6qZFnzyWBmBtwSldlwA6MvL7v3MFalzY8Hsp5mfl00jhNR5C9fLRXV5ip0DIcDGmUyr4ds+odVzafW2CcD9qqg/q/jBanaTzl8td4Yv+kRnwVsn9s2AME/6tqGL"}}

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
INSERT INTO idempotency_keys (project, key, request_hash, interaction, id) VALUES ('default', 'e0613ede3734d3182ad226a948a44d7cbb9135f0b7391ada5440f296ced70ae5', '7f8f37a8c5dd0be6330ec1eec94ab3e221d34aa33b2baa1832614e97f07cb4be', 8, 'int_06h04j3y4c001dzqyg10qnjpx7mb0');
INSERT INTO file_search_stores (number, project, id, version, created_at, updated_at) VALUES (1, 'default', '6n84zmx0acbx', 3, 1795334635064, 1795334635446);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, due_at, epoch, attempts) VALUES (1, 1, 'default', 'boilers-txt-f222ksmfbxt7', 'boilers.txt', 'text/plain', 85, 'active', 512, 64, 1, 16, 1795334635204, 1795334635446, 0, 5, 0);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, work, due_at, epoch, attempts) VALUES (2, 1, 'default', 'ladders-txt-jhsj26e61a2q', 'ladders.txt', 'text/plain', 24, 'arriving', 512, 64, 0, 0, 1795334635990, 1795334635990, 'erase', 1795338235993, 2, 0);
INSERT INTO file_search_parts (document, start, bytes) VALUES (2, 0, CAST('The ladder hangs behind ' AS BLOB));
INSERT INTO file_search_chunks (number, document, ordinal, length, terms, text) VALUES (1, 1, 0, 16, '1_boiler 1_txt 1_boiler 1_txt 1_the 1_boiler 1_in 1_the 1_cellar 1_is 1_bled 1_through 1_the 1_brass 1_valv 1_with 1_the 1_pump 1_switch 1_off', 'The boiler in the cellar is bled through the brass valve, with the pump switched off.');
