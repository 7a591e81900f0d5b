-- after migration 0001_interactions_runs_journal f26cdc2950d920541828e069ef4879bae22cead746d1c12e2ac06cb2a282311c
-- after migration 0002_idempotency_keys e619a46ba52d28588e9b0fa95de7375766d7ba64240c30b77485479f0dfce470
-- after migration 0003_queue_lines 934f0d287ef4cc1b485f6ec1915adeac27466937e437b167ce634693284921fb
-- after migration 0004_file_search 381c51fcbcaa52642823e1bb29d4b893a0db5b1a2b99fa86d8a0bdd7046bf5a7
-- after migration 0005_environments_agents_credentials b99b54ccb8b671bbc3c1366d163b13dbfe0103798123eb71f7805f01dbe8aa97
-- after migration 0006_environment_checkpoints 79dea4b70167d8709b249ea0aa83885dd4b1182a01e5a12ab09fbcc27479529b
-- after migration 0007_workers 78704d717750bc47278c4b4df1e6a880ccc13b06f15a41a65ee5208e9990990a
-- after migration 0008_api_keys 42c6e63318875475d8c7190c063f9d516894e6f47208d2bdfd0a5272b000bd32
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (1, 'int_06h0ab47k000195t7mkzvyrnys66e', 'default', 'completed', 1795383134104, 1795383134245, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"labels":{"team":"blue","größe":"ä"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":17,"total_thought_tokens":0,"total_tokens":22,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":17}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (2, 'int_06h0ab48aw000g3rxn31d33dpbx5y', 'default', 'completed', 1795383134295, 1795383134308, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":5,"total_output_tokens":18,"total_thought_tokens":20,"total_tokens":43,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":18}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, pending_calls) VALUES (3, 'int_06h0ab48j00000bdv33n2mrqphmke', 'default', 'requires_action', 1795383134352, 1795383134520, 0, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB), CAST('[{"id":"call_ejchvc791djs8777","name":"get_weather"}]' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (4, 'int_06h0ab49bg000spm5zm7yp2v7w988', 'default', 'completed', 1795383134556, 1795383134591, 1, 1, 0, 0, 0, 'standard', 'gemini-3.8-flash', 'int_06h0ab48j00000bdv33n2mrqphmke', 'int_06h0ab48j00000bdv33n2mrqphmke', CAST('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}' AS BLOB), CAST('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage) VALUES (6, 'int_06h0ab49gg0000grjkbx06exg6z0m', 'default', 'completed', 1795383134596, 1795383134598, 1, 1, 0, 1, 0, 'standard', 'demo', 'int_06h0ab49g8000247bt9wjzcq6egde', 'int_06h0ab49g8000247bt9wjzcq6egde', CAST('{}' AS BLOB), CAST('{"total_input_tokens":10,"total_output_tokens":2,"total_thought_tokens":0,"total_tokens":12,"input_tokens_by_modality":[{"modality":"text","tokens":10}],"output_tokens_by_modality":[{"modality":"text","tokens":2}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (7, 'int_06h0ab49hw001y2h7a6e48r5hydmw', 'default', 'completed', 1795383134607, 1795383134884, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":6,"total_output_tokens":12,"total_thought_tokens":0,"total_tokens":18,"input_tokens_by_modality":[{"modality":"text","tokens":6}],"output_tokens_by_modality":[{"modality":"text","tokens":12}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (8, 'int_06h0ab4avr000cbkr1gz9ngeefjme', 'default', 'completed', 1795383134942, 1795383134955, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB), CAST('{"total_input_tokens":2,"total_output_tokens":1,"total_thought_tokens":0,"total_tokens":3,"input_tokens_by_modality":[{"modality":"text","tokens":2}],"output_tokens_by_modality":[{"modality":"text","tokens":1}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage) VALUES (9, 'int_06h0ab4bww000m5a7548xgh496ty6', 'default', 'completed', 1795383135207, 1795383135393, 0, 1, 0, 0, 0, 'standard', 'demo', CAST('{"tools":[{"type":"file_search","file_search_store_names":["fileSearchStores/yvnfshcyn09y"]}]}' AS BLOB), CAST('{"total_input_tokens":83,"total_output_tokens":39,"total_thought_tokens":0,"total_tokens":122,"input_tokens_by_modality":[{"modality":"text","tokens":83}],"output_tokens_by_modality":[{"modality":"text","tokens":39}]}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (10, 'int_06h0ab4dg80013qqh81vh69d4xf7c', 'default', 'in_progress', 1795383135618, 1795383135618, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}' AS BLOB));
INSERT INTO interactions (number, id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings) VALUES (11, 'int_06h0ab4dgg000g391y9g43rjzcfx8', 'default', 'queued', 1795383135620, 1795383135620, 0, 1, 1, 0, 1, 'standard', 'demo', CAST('{}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (1, CAST('[{"type":"user_input","content":[{"type":"text","text":"Hello! My name is Ada."}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"Noted. Your name is Ada.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (2, CAST('[{"type":"user_input","content":[{"type":"text","text":"My favourite number is 42."}]}]' AS BLOB), CAST('[{"type":"thought","signature":"AvlnyFb8RtxYTd6O0nKQs9bWMa7/ygXFum25t/nNwqU/uGoc6Di5o4UR3GnfM3o0Y2LmVu3sf4EyN0W+ElOKaD0f4GGPTnRmQ2Vaxs6xuX7K5EOYI0BJumgBlQFxDHtwzkmDzmDEk3/cXSeVJ/btN4wyMsEXko+4GwStJg/K9DG1GDi0qA==","summary":[{"type":"text","text":"I look for the rule that fits this prompt. The history has what is asked for, or should have it."}]},{"type":"model_output","content":[{"type":"text","text":"Noted. Your favourite number is 42.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (3, CAST('[{"type":"user_input","content":[{"type":"text","text":"How is the weather in Paris?"}]}]' AS BLOB), CAST('[{"type":"thought","signature":"ArKShpPLlO8uZC3VZP4mN6iI0kQYNG1FqqWu+4PenqmZmRG+vhh0nDFZH3eyrblpFxqtmb/trC0YQy0BlVYSQAXGFOr+MdxN","summary":[{"type":"text","text":"It is asked for the weather."}]},{"type":"thought","signature":"An81Pw8Ih+lehuxOc+rl52msn4X2SBjdoHh9WDT2jE7UVsyMHN58D5ouh9dlhKuyyU5tKPmVMidjjGyccVVVxiAsxUA9r4mK"},{"type":"function_call","id":"call_ejchvc791djs8777","name":"get_weather","arguments":{"place":"Paris"}}]' AS BLOB), CAST('{"2":{"provider":"gemini","family":"gemini-3.8-flash","call_id":"call-1"}}' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (4, CAST('[{"type":"function_result","call_id":"call_ejchvc791djs8777","result":"sunny","name":"get_weather"}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"It is sunny."}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (6, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: left behind"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"left behind"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (7, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 12 slowly, 20 ms"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"1 2 3 4 5 6 7 8 9 10 11 12"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output) VALUES (8, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: once"}]}]' AS BLOB), CAST('[{"type":"model_output","content":[{"type":"text","text":"once"}]}]' AS BLOB));
INSERT INTO contents (interaction, input, output, provider_states) VALUES (9, CAST('[{"type":"user_input","content":[{"type":"text","text":"Search my files for \"Which valve bleeds the boiler?\"."}]}]' AS BLOB), CAST('[{"type":"file_search_call","id":"call_bfb3xnpzv7bmkyzf","signature":"AodoEVMeDKDbpRwytt3KIpUOoMIcdqmBZWU2z/sLn2VKS7IgPAMRBuTXToTudUlsaTDG93m1xoqswjmU71VuYYeRPYYeuNekyRSJ1OQNI9/cAbTqO2Rz0ct4oJ+OgmXhGGJ7FgAd8fYNU80JIIRRCA=="},{"type":"file_search_result","call_id":"call_bfb3xnpzv7bmkyzf","result":[],"signature":"AohW8NHLIf5IJ+NCl5CEPYN4s4ZAj1i4HJPYBSn+clNO0h4CWcpPHWxBoWbVN1i4aw2IOHAojtIxCp8zW3iSEvDe8LVrcAG1UKsqWhDRiGmGvSs7LBnnVRe1pQL77SXn/KsErTiTTbY5E2w4q0/SgGllekek4iU1JJogxQKlIPSGDsuSm46YnARFehYOM5t0uh09L396GT/CH4TCEg86SBagpSfBu8sh9oybMX1IbsoUf55aIn+UrspwZ2sd2J8/4iwfE3cJQ9U3xNBV3NorqMT5DwRz/ALQRMQCk3A1oMt5wyqTuzy4oQM7tZlWBt/jpxAdcflHXjq+omyLFol3T2rFDc6eaRyyW4GJGiALILccrZKJ6Xfaf3u3auSs8AdGHq7lo6579kNYEU1JJfrdlkdp6urp7G8Vb17JOl9QUxHG98Siz263UWOYA7Z13Pa1ukH/fQQNOpZo3CIOELiDW/BLn2GC2iXDevdHZFP+hWNB2AnjrJwzB2yllFarhCjY+gW4ueAQRsKGPtdHKzyi6gv1x1qQQSypfZY/0jtxJ/cXd6w="},{"type":"model_output","content":[{"type":"text","text":"file_search found:\n- The boiler in the cellar is bled through the brass valve, with the pump switched off.\n\nI am the demo model: a rule-based stand-in, not a language model.","annotations":[{"type":"file_citation","document_uri":"fileSearchStores/yvnfshcyn09y/documents/boilers-txt-9vpa96g28qgf","file_name":"boilers.txt","source":"fileSearchStores/yvnfshcyn09y","start_index":21,"end_index":106}]}]}]' AS BLOB), CAST('{"0":{"provider":"demo","family":"demo","call_id":"call_1"}}' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (10, CAST('[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}]' AS BLOB));
INSERT INTO contents (interaction, input) VALUES (11, CAST('[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}]' AS BLOB));
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'größe', 'ä', 'default', 'int_06h0ab47k000195t7mkzvyrnys66e');
INSERT INTO labels (interaction, key, value, project, id) VALUES (1, 'team', 'blue', 'default', 'int_06h0ab47k000195t7mkzvyrnys66e');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (1, 'int_06h0ab4dg80013qqh81vh69d4xf7c', 'default', 'running', 1, 1795383135618, 253370764800000, 'vm-p62dxqzge6ajd96y', 1, 1795383165618, 0, 0, 'demo');
INSERT INTO runs (number, id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested, provider) VALUES (2, 'int_06h0ab4dgg000g391y9g43rjzcfx8', 'default', 'queued', 1, 1795383135629, 253370764800000, 0, 0, 0, 0, 'demo');
INSERT INTO run_requests (run, request) VALUES (1, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"},"background":true}' AS BLOB));
INSERT INTO run_requests (run, request) VALUES (2, CAST('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}],"background":true}' AS BLOB));
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (7, 1, 1, 17, 1, x'8315050080AAAAAAEAFF6E9793019FD51D54D4CDCDCDF5728E53040428A89B0AB8698499A982AA5878183898DFBBB11B0A354FC5BBDAC7063F5E5C5C888B44BCF7C05A8944239190A26E2D79BC7749626EC3AEE03F5EC5B671152E7E9498D6F358D80B872678F1B67D83E6664EF6CCB0203FCF50A0353B31C0824E0445F50AEC1B5177655CC5E97ED2FED1DDA797D6B49BE9E67BEE86729DF6B0BCA0901E3F3C0A36B8B1A81D2854F1B25584E88CCB253D0BD70A8525059E611178495028FE761E16469BFE447432E6C390BD184BDDB9D7B74F286C399C9056100F2A97BF38B293C805B604DA59832F01C7D134E77546D7628970E99B95BDFBDC627610060F70EDE38899AD3E2D6A2E5538AB931629F2E5826356850B5C15F81F564B91727EAD94BE89E135D42E6D9237699117A8D539F02C5EB2DFC03125D1C18F3458CD360BFF1749C363B62059715CC1A3ADD115470F265C208E1B98D0411C0398708538EE60420F71252DCC841BE4A3DF8EFFE78A1F46DB41583EDAD416C2B843DE70A235A755D2CAF29B1992B66449F2204FE20299D2D3522565EBED1728A6F3823CC95B4C0EC451DCD5E7312D79E6DBC1DB23DD968A36345D3882BB6B0C83CB7DF9823015F97FD7833C0C1D7AD60A5BF54F3E14FD2A49FCECE29A3771927E79ADB0BD42A889E3728A2999E0BD92296DCF29DA4107DB94A6D0A090D83B748FDD2D29F839CA0EFBF59EC794168019E94292544139BE15D4FDAD12CCC91CDFC77134CD');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (8, 1, 1, 6, 1, x'0392020080AAAAAAEAFF6E9793039FD50D54D5CD1DC0F5728E53043828A8994A98ABBB99AA82AAA8437838A8DF6FC33B365CADE8D87200901F894442BC6874BCE7562BD168341A529C9B2AC7BD542A687557D08B229B43884CC52D1C521C97428EC90FDEB133870F68BCB0FCCE0403F27481004D758287813A2A08AA51613E88F29521B29597BB74F3E45E454AB9CCCFA2D6FF6B5C897E1F3B4120CD0F5A18177836D5814065C7AD2244676C2E692D542B04F6E4698381A73D41C0FCED3C0CB4D497A35247ADBFB432276DD4345E27FD0D81967D85B481B853A9BCC242960315180BD489DE158FDE87A15E6E742D58844DAF36F6EEF34AB383D018C1B6EF1D2133D0A711BA675D2B5356A75CD8E4D315A7E90A27B0F0F40723A528537E568A33E19F41DAD438376E91E1A862F4B4B193B4F39CA62426988106A3A90BD39F49F29FC220C58594A76AE59485ED1CA5A98B331EABB621CCE120C725ED79A3D57879A637957001A765739595E0F168F4E3E5481EFF7035F2F90C4B29D0AA5BA9283ACA89DD6643CC8D2DA727C50AA305422A8C4A8A41E12EF89EDA7A0F0E90D0310B4E7F155A5DDFB5F3DBEEC9BB2DF01BE6E73389140F80E9609723EAD77E13D036BF9560A1FAADF73E0C03');
INSERT INTO journal (interaction, epoch, first_number, last_number, is_compressed, frames) VALUES (10, 1, 1, 6, 0, CAST('event: interaction.created
data: {"event_type":"interaction.created","event_id":"1-1","interaction":{"id":"int_06h0ab4dg80013qqh81vh69d4xf7c","object":"interaction","status":"in_progress","model":"demo","created":"2026-11-22T21:32:15.618Z","updated":"2026-11-22T21:32:15.618Z","service_tier":"standard"}}

event: interaction.status_update
data: {"event_type":"interaction.status_update","event_id":"1-2","interaction_id":"int_06h0ab4dg80013qqh81vh69d4xf7c","status":"in_progress"}

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
data: {"event_type":"step.delta","event_id":"1-17","index":0,"delta":{"type":"thought_signature","signature":"AuqqTQHP2Jd+SZPUqlStOd39xUbxXz8QvTPRQxtGr9HhSIayqq/h49OojkWxpXUxgUwyolMWwURf/oCqrvb3dXyYxOiTqd3WtPhu6gWuE9zMma3XWIPXbOyGIrkF7fYaeANH6m0pYkBN"}}

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
INSERT INTO idempotency_keys (project, key, request_hash, interaction, id) VALUES ('default', 'e0613ede3734d3182ad226a948a44d7cbb9135f0b7391ada5440f296ced70ae5', '7f8f37a8c5dd0be6330ec1eec94ab3e221d34aa33b2baa1832614e97f07cb4be', 8, 'int_06h0ab4avr000cbkr1gz9ngeefjme');
INSERT INTO file_search_stores (number, project, id, version, created_at, updated_at) VALUES (1, 'default', 'yvnfshcyn09y', 3, 1795383134969, 1795383135189);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, due_at, epoch, attempts) VALUES (1, 1, 'default', 'boilers-txt-9vpa96g28qgf', 'boilers.txt', 'text/plain', 85, 'active', 512, 64, 1, 16, 1795383135000, 1795383135189, 0, 5, 0);
INSERT INTO file_search_documents (number, store, project, id, display_name, mime_type, size_bytes, state, max_tokens, overlap, chunks, terms, created_at, updated_at, work, due_at, epoch, attempts) VALUES (2, 1, 'default', 'ladders-txt-5fxjnssvcf1j', 'ladders.txt', 'text/plain', 24, 'arriving', 512, 64, 0, 0, 1795383135408, 1795383135408, 'erase', 253370764800000, 2, 0);
INSERT INTO file_search_parts (document, start, bytes) VALUES (2, 0, CAST('The ladder hangs behind ' AS BLOB));
INSERT INTO file_search_chunks (number, document, ordinal, length, terms, text) VALUES (1, 1, 0, 16, '1_boiler 1_txt 1_boiler 1_txt 1_the 1_boiler 1_in 1_the 1_cellar 1_is 1_bled 1_through 1_the 1_brass 1_valv 1_with 1_the 1_pump 1_switch 1_off', 'The boiler in the cellar is bled through the brass valve, with the pump switched off.');
INSERT INTO environments (number, project, id, host, slot, state, created_at, updated_at, last_accessed_at, generation, file_count, size_bytes, shown, sealed) VALUES (1, 'default', 'env_06h0ab4d7r0008h57r73qv7336q6m', 'host_c8bf6844a6a6178bbc05', 0, 'pending', 1795383135550, 1795383135550, 1795383135550, 0, 0, 0, CAST('{"type":"remote","network":"disabled"}' AS BLOB), x'01E09D81E0CCE5CEC809051FC11CD5FD529F10EF0AB28D7F3A3C3EC66382A6B6DB2504E662980A3D4A01D6F7B36723A9670FA0FD678494E3793E2CF03D1C997F2850BFB7B26FA636204FBB3B1BBBFA5FCFAF5C0CF5');
INSERT INTO credentials (number, project, id, type, status, created_at, updated_at, version, refresh_until, sealed) VALUES (1, 'default', 'tok', 'bearer_token', 'active', 1795383135511, 1795383135511, 1, 0, x'01FE8081D4BF8C3A8628C3828B720075C89B722A5410811371D722635727E9EF0CFF1B85C6E73B44610ACA6B960621B59197839B0A7F73034D2C4889AF685F0509A83D1D42BCA3ED98A8645F1EC5B37BC2C159A9A0EBF99621833A');
INSERT INTO agents (number, project, id, version, created_at, updated_at) VALUES (1, 'default', 'reader', 2, 1795383135470, 1795383135499);
INSERT INTO agent_versions (agent, version, created_at, sealed) VALUES (1, 1, 1795383135470, x'01DCB3F106DD49202481577D9E10FC1C8F7376D18FED09698869C3197C46F73AE8759B6FC254A6E79A28A5F0158EF4289DCB73933F8A78579E2A6FF7EFC0D9336CC8F17206A28EBACF0912FE988AC81B2B9468E1AAC30463C6BD0516912A924252799CDD2283262B750554FA1E4D514A29D2760E66D35A08E1BCFE6836F5B4CD9E7258856460CD90BF70208D403FBCA6CEA20BBD8A895789A1421AD38F606E44332201B977021F0DD954BFF5ABE8B67E4CBF1BCC18A6FED03EF51BF08F7CB718C7FB66E6D5B444D6C8546CA8332FD5024E07DD6E9A90168574DD197DBE5CD0F8CCF4B579AB47F606291A1163ED4D601AE8');
INSERT INTO agent_versions (agent, version, created_at, sealed) VALUES (1, 2, 1795383135499, x'0158BCF0A9CBAECCF79810637EB78ED4B79AB35C2239EB9CF4029316AAAAB4122AB1B629E37DBCE689DB316C2FE0921C83FA784E1B1A47F42B559CC7AE399EB7632C69396ABE8D89078893BE846E91E5127115272A67230A204ABA29EF9884480474A3186FFC95790B05412732D58471D157ADA12D4EECAD9070FA56E2FA3F3BFEAD0E24212DBDE999585BA9C7D152BFE79384310122817B862C5645485304A85FB45DEFDD75DC660AE723F2ABC5C0C2DC25DEC398D89731AA4B7AF28C0FFF82CEBD1E7DF8DB68AB6D77A2887B3E69C5696ED4C415C0B368075EBE13ECB2CDC55549C913ECA320AD06076C41F1510A4C387532A32D06F50551615F562166E09163EFD0BBC01171A8D1AD8288B0EA');
INSERT INTO checkpoints (number, project, id, environment, interaction, host, created_at, size_bytes) VALUES (1, 'default', 'chk_of_the_fixture', 'env_06h0ab4d7r0008h57r73qv7336q6m', 'int_06h0ab47k000195t7mkzvyrnys66e', 'store', 1795383137652, 43);
INSERT INTO workers (number, project, id, name, is_for_all, key_hash, directory, created_at, seen_at, holder, epoch, lease_until, is_deleted) VALUES (1, 'default', 'wkr_ey48050v9h917hs2', 'gpu-1', 0, 'd8a6e512254698443ed4e6ef881a191aec97076a9caf50eee7e456b9b5e786ec', 'host_a', 1795383135580, 1795383135609, 'h', 1, 1795383165609, 0);
INSERT INTO checkpoint_parts (checkpoint, part, written_at, bytes) VALUES ('chk_of_the_fixture', 0, 1795383137645, x'01CFE515DFD704BD920032E632FBC06660B2B096F952B52C9ECDBDD5DF06D7BAF719E95EF3E4CB63060FA86B51651EB38572C518DA73D97D31');
INSERT INTO checkpoint_parts (checkpoint, part, written_at, bytes) VALUES ('chk_of_the_fixture', 1, 1795383137651, x'011E1ED22760750104D442C7BAFDDDE12B865AB45DACFD7F9FA7522C3FA037105B7E8F922E9617796ADA1603');
INSERT INTO api_keys (number, project, id, key_hash, created_at, change) VALUES (1, 'default', 'key_4f87447490a4d5661c0e', '7cb8cf80cc26b8a0ff36496d6d6a09e5835aaf85742b7e4e70f4c542c4ccb084', 1795383132755, 1);
INSERT INTO api_keys (number, project, id, key_hash, created_at, revoked_at, change) VALUES (2, 'default', 'key_39d6624411c4c250f7d0', 'b042c8ec0a2e64024097814ce1da18612be02ab72ba2a74ccf0021276182c948', 1795383132767, 1795383132767, 2);
