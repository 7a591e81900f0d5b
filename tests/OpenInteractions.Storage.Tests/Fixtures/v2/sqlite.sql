-- after migration 0001_interactions_runs_journal f26cdc2950d920541828e069ef4879bae22cead746d1c12e2ac06cb2a282311c
-- after migration 0002_idempotency_keys e619a46ba52d28588e9b0fa95de7375766d7ba64240c30b77485479f0dfce470
-- after migration 0003_queue_lines 934f0d287ef4cc1b485f6ec1915adeac27466937e437b167ce634693284921fb
-- after migration 0004_file_search 381c51fcbcaa52642823e1bb29d4b893a0db5b1a2b99fa86d8a0bdd7046bf5a7
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (1, 'int_06h056wcyw001q4qpv10n4nw3bmyy', 'default', 'completed', 1795340078327, 1795340078520, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"labels":{"team":"blue","größe":"ä"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":17,"total_thought_tokens":0,"total_tokens":22,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":17}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (2, 'int_06h056wdxg001ecxp8zgatqqsf7j0', 'default', 'completed', 1795340078572, 1795340078588, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":18,"total_thought_tokens":20,"total_tokens":43,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":18}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, pending_calls) VALUES (3, 'int_06h056we6w00112st0v553msce99t', 'default', 'requires_action', 1795340078647, 1795340078805, 0, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB), CAST('[{"id":"call_9wpqndy8xchyx71m","name":"get_weather"}]' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (4, 'int_06h056weym001gz975300zhv2hdtr', 'default', 'completed', 1795340078837, 1795340078869, 1, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', 'int_06h056we6w00112st0v553msce99t', 'int_06h056we6w00112st0v553msce99t', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (6, 'int_06h056wf4r0002k0d65tcd3b8krba', 'default', 'completed', 1795340078886, 1795340078888, 1, 1, 0, 1, 0, 'standard', 'demo', 'int_06h056wf3m0005s8avn3c91qz4v1y', 'int_06h056wf3m0005s8avn3c91qz4v1y', CAST('{}' AS BLOB), CAST('{"total_input_tokens":10,"total_output_tokens":2,"total_thought_tokens":0,"total_tokens":12,"input_tokens_by_modality":[{"modality":"text","tokens":10}],"output_tokens_by_modality":[{"modality":"text","tokens":2}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (7, 'int_06h056wf6c001xh5t7r4zhj4h48dj', 'default', 'completed', 1795340078899, 1795340079175, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":6,"total_output_tokens":12,"total_thought_tokens":0,"total_tokens":18,"input_tokens_by_modality":[{"modality":"text","tokens":6}],"output_tokens_by_modality":[{"modality":"text","tokens":12}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (8, 'int_06h056wgh8001hd93mg01ejw94qn6', 'default', 'completed', 1795340079242, 1795340079248, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":2,"total_output_tokens":1,"total_thought_tokens":0,"total_tokens":3,"input_tokens_by_modality":[{"modality":"text","tokens":2}],"output_tokens_by_modality":[{"modality":"text","tokens":1}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (9, 'int_06h056whgm0014pr56s5cgw34bskp', 'default', 'completed', 1795340079493, 1795340079724, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"tools":[{"type":"file_search","file_search_store_names":["fileSearchStores/40eqrx03v86t"]}]}' AS BLOB), CAST('{"total_input_tokens":83,"total_output_tokens":39,"total_thought_tokens":0,"total_tokens":122,"input_tokens_by_modality":[{"modality":"text","tokens":83}],"output_tokens_by_modality":[{"modality":"text","tokens":39}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (10, 'int_06h056wjj4000t9ghk7ee15576jny', 'default', 'in_progress', 1795340079761, 1795340079761, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (11, 'int_06h056wjkm000g4g7436e1xvykbra', 'default', 'queued', 1795340079773, 1795340079773, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (1, CAST('[{"type":"user_input","content":[{"type":"text","text":"Hello! My name is Ada."}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"Noted. Your name is Ada.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (2, CAST('[{"type":"user_input","content":[{"type":"text","text":"My favourite number is 42."}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AoIYJg+ronvCYJX85lDCB6Huta9X2t2JUIeTZhD0hsZ3p4WQC3wyFV8kzq0KIc4oGBUTjgeVmvaXNkjpoMe8pyc093xptqh5ymo4ko90S7woXxyGEiG/4CPw4wgX4rarMT6vEzKVGUzaQ+QZP3lCckpiFE8Qdg3oufGH84yXSS2Je2DjZA==","summary":[{"type":"text","text":"I look for the rule that fits this prompt. The history has what is asked for, or should have it."}]},{"type":"model_output","content":[{"type":"text","text":"Noted. Your favourite number is 42.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (3, CAST('[{"type":"user_input","content":[{"type":"text","text":"How is the weather in Paris?"}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AkmlVwSq0xMcUgGpT9XS5ACXqpbxuJby/UU8E+956PdCRGUbkOFmFCnVNf0GYy9U1Zt9jIWUpNu2Y69aMZ9Bi4lXrYDva3tK","summary":[{"type":"text","text":"It is asked for the weather."}]},{"type":"thought","signature":"AhfTDJlbcC+gF3esvHLjE3i3vN+fY1/9DMZKX1n37qZOqLk5aN28GuVya4nfIfFKU4qqN8Z3nIe6bxx4A+uGQnTsRVFuqxnL"},{"type":"function_call","id":"call_9wpqndy8xchyx71m","name":"get_weather","arguments":{"place":"Paris"}}]' AS BLOB), CAST('{"2":{"provider":"gemini","family":"gemini-3.8-flash","call_id":"call-1"}}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (4, CAST('[{"type":"function_result","call_id":"call_9wpqndy8xchyx71m","result":"sunny","name":"get_weather"}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"It is sunny."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (6, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: left behind"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"left behind"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (7, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 12 slowly, 20 ms"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"1 2 3 4 5 6 7 8 9 10 11 12"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (8, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: once"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"once"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (9, CAST('[{"type":"user_input","content":[{"type":"text","text":"Search my files for \"Which valve bleeds the boiler?\"."}]}]' AS BLOB), CAST('[{"type":"file_search_call","id":"call_rysm06vzhzx4rn8t","signature":"An5gP6U2gNAQ/PT1vynkPDw6YBOxP/NS9SNFRVuVARa0BvFiC2mlh228fG6/Mp5hYPUmsnOkLadcaQIbDU0Mcct02bSVINJ5Hgwv9HeqoYfTffRd0gU27hr9SHY/xOZ5OfUWWc3gRVZG4b2PQmHUFw=="},{"type":"file_search_result","call_id":"call_rysm06vzhzx4rn8t","result":[],"signature":"AkHFcIVv4fYz95vGAQT+Qczu7E+N00Guul1cNzR5/eljPNwtJMWBoUNQNcNI4xQ22ReM38DJHPIPJqiEPRkaYTg/lAAck4SuFI0dH2QamYTZtb3+LunBacEoXzj1OyNIcIH0N2b5eAHvrdazhXtH6HZiu867dJfVrn1sybrKQeN5qKf1FPuV9tTAzEEkDh6Hr5UToj9ESwAUGlRS9BnGjzlJtBUSm0ZzUP6q3aZIYQrsgsvshj5bPu19Me2PtY424XuqeavsNwRj9KndyyAxKm7kAzUpcc9bkj6phZyptsgweYECkiXmi/7jRlt8PvYKQCrEyDwlL3HFbaG1LfE3ME3VEPnNaPCFFPUNG4q+wnTY7QiuEZNR7txOSWJxRSSK19eK/5LBR9CLFrpO0jz0TKvnWA0Y+Y+Qx6ataZPKLgHL0qCIFzC6b93Q8+GmhtUevqKylCScnVHtFo8Issnnv8QV3klU9/MLPwImx2Qj4NlQo8KYH2Eb/eGSmVhCL2C4w7hUQ458ATFd2E8U41p4z94EeAVoN3EQlfHDERlOpd+U4MgV"},{"type":"model_output","content":[{"type":"text","text":"file_search found:\n- The boiler in the cellar is bled through the brass valve, with the pump switched off.\n\nI am the demo model: a rule-based stand-in, not a language model.","annotations":[{"type":"file_citation","document_uri":"fileSearchStores/40eqrx03v86t/documents/boilers-txt-c41jdvp78btg","file_name":"boilers.txt","source":"fileSearchStores/40eqrx03v86t","start_index":21,"end_index":106}]}]}]' AS BLOB), CAST('{"0":{"provider":"demo","family":"demo","call_id":"call_1"}}' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (10, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}]' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (11, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}]' AS BLOB));
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'größe', 'ä', 'default', 'int_06h056wcyw001q4qpv10n4nw3bmyy');
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'team', 'blue', 'default', 'int_06h056wcyw001q4qpv10n4nw3bmyy');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (1, 'int_06h056wjj4000t9ghk7ee15576jny', 'default', 'running', 1, 1795340079762, 253370764800000, 'vm-qt9sv8yzf51tby7d', 1, 1795340109762, 0, 0, 'demo');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (2, 'int_06h056wjkm000g4g7436e1xvykbra', 'default', 'queued', 1, 1795340079797, 253370764800000, 0, 0, 0, 0, 'demo');
INSERT INTO run_requests (run, request) VALUES (1, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"},"background":true}' AS BLOB));
INSERT INTO run_requests (run, request) VALUES (2, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}],"background":true}' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (7, 1, 1, 17, 1, x'8315050080AAAAAAEAFF6E9793019FD50D546D59F4728E5304382868984AB8A98799A982AA98877B3898DFBBB11B0A354FC4BBDAC7063F5E242E1A178978EF81B5128946222145DD5AF278EF92C4DC865D410FDA59977E674A76661FF66A4E64995CE12C5B5DBE417333C3AF48D020B74F10A0553BDE41435D1404D5CBD06F44DD957E6723FB4576FDDF4F3F4BA99E4BC7436AFF977BBBB4A3BB43207CDF69666C7043513B10C86CF9C808D1191353B825CA19025B70B442C3D1162050FCED3C346A59F717A52E75FD2127DDB4BA19AB719A3E21704477425A413CC8941E7E26C39E127409B4B33B9B1CCEB328CEEB8CAEC51261D2572B7BF7B9C5EC206A3CC0B48F2366B6FAB4A83967A6A84E9AB8C8A70B8E59151AB8C2D1135A4A91527CAD94BE89FE3594261C1C0F6E9117A845E568652BD9ADE7989268E1471AB4663D313D8BA4FE71D250B2E2E8C0A365AD2B8E1E4C68208E014C68218E114CE8208E094CE821AE4A0A3361807CF4DBE1FF5CF1C368390ACB479BDA421813E40D275A735A5552597E3343D25259923C9427714199526BCE1CA2F5760B14D379A13CC95B4C0EF851DC94D51CB6B8D2EDE0E5816E4B451B1A2F1CC1DDD5BBC1E5BE7C41188BFCB7EBC17BAAD4D0A1632970647BA343D1AF1CD8AEC6EFF160C3E197F60CDD0B84AA382EC798AA3A782F7809C76D893690C13AA5C96A1448EC1D9AEF97D982B3ABE717F4D77B1E535A0066A40B495205F9BC0AA8FB5B2598ABFABC9EE7591403');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (8, 1, 1, 6, 1, x'0392020080AAAAAAEAFF6E9793039FD50D54D5CC0DDCF4728E5304382868980A98A98799AA86AA982FE0607EBF0DEFD870B5A263CB01407F241209F1A291F19E5BAD44A3D16848716EAA1CF732A920B557D083229B53884CC54D1C526CA7428EC937DEB133A70F68BCB2FCCE0403F27486004D758287813A2B08AA51603EA8F29521B295C3222FC3735EAE52AAC58FDD364B45F7E7D8FFC70102E9F74E13E300CFA63A10A8EC78AF28D1199B4B9A0BD50A812D795A61E0694B10307F3B0F032DF57056EAACF5971C4DD79B6E6C75AFBF21B0673F216D20EE542A8F3091E54005C60275A277C5E3389A665E6EA4162CC2B6571BB3FB3CD24C101A23D8F8DE113A03398D7078D6A53265754A854D3EAD384D57E8C0C2D30B464A51A27CAD1477C25F83B469E7BC734486A38AD6D3CA4ED2CE739A92E861061A8CA6CE4C2F93E43F85418A13294F95CA290BDB394A5317173CAAD810F67090ED94B6BCD2D37879A63795DC92D77DDD6439785C1AFDF8712C1EFFF169E00A4B29B05737D350749413BBD5869877B69CFE2856182D50526155961A14EE8297B4CF4B7180848E5DD08547D5F15DFBFBB65BF26E0DFC86F9F96C22C51FC076B0EB11F5CB7113D036BFD560A58EDB711C4D33');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 1, 6, 0, CAST('event: interaction.created
data: {"event_type":"interaction.created","event_id":"1-1","interaction":{"id":"int_06h056wjj4000t9ghk7ee15576jny","object":"interaction","status":"in_progress","model":"demo","created":"2026-11-22T09:34:39.761Z","updated":"2026-11-22T09:34:39.761Z","service_tier":"standard"}}

event: interaction.status_update
data: {"event_type":"interaction.status_update","event_id":"1-2","interaction_id":"int_06h056wjj4000t9ghk7ee15576jny","status":"in_progress"}

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
data: {"event_type":"step.delta","event_id":"1-17","index":0,"delta":{"type":"thought_signature","signature":"ApwBiaqCcVMFGwEWBZYzmXPjB5lRP+PVRmjFG/yQg9C08p+jY+S51s9duXBTSjm4tyAxIGl9DcpE9RnzA7uhCjhrSCEU5ZUFsZq63Ajf+qbGBn5z6iZGQvV1Ct/ODrPf4lqwXtrLoQOc"}}

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
INSERT INTO idempotency_keys (project, key, request_hash, interaction, id) VALUES ('default', 'e0613ede3734d3182ad226a948a44d7cbb9135f0b7391ada5440f296ced70ae5', '7f8f37a8c5dd0be6330ec1eec94ab3e221d34aa33b2baa1832614e97f07cb4be', 8, 'int_06h056wgh8001hd93mg01ejw94qn6');
INSERT INTO file_search_stores (number, project, id, version, created_at, updated_at) VALUES (1, 'default', '40eqrx03v86t', 3, 1795340079265, 1795340079473);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, due_at, epoch, attempts) VALUES (1, 1, 'default', 'boilers-txt-c41jdvp78btg', 'boilers.txt', 'text/plain', 85, 'active', 512, 64, 1, 16, 1795340079305, 1795340079473, 0, 5, 0);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, work, due_at, epoch, attempts) VALUES (2, 1, 'default', 'ladders-txt-zq3h61dbnse0', 'ladders.txt', 'text/plain', 24, 'arriving', 512, 64, 0, 0, 1795340079737, 1795340079737, 'erase', 253370764800000, 2, 0);
INSERT INTO file_search_parts (document, start, bytes) VALUES (2, 0, CAST('The ladder hangs behind ' AS BLOB));
INSERT INTO file_search_chunks (number, document, ordinal, length, terms, text) VALUES (1, 1, 0, 16, '1_boiler 1_txt 1_boiler 1_txt 1_the 1_boiler 1_in 1_the 1_cellar 1_is 1_bled 1_through 1_the 1_brass 1_valv 1_with 1_the 1_pump 1_switch 1_off', 'The boiler in the cellar is bled through the brass valve, with the pump switched off.');
