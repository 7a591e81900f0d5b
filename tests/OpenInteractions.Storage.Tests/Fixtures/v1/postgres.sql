-- after migration 0001_interactions_runs_journal 3237c0e45d157d2760211dfb850439d2f70d3e443c3ef136adffdfd5752f16af
-- after migration 0002_idempotency_keys 01ffdd15ef9a6c7ca9f26c217e374035af4564813a3055f48667a498d37ecd97
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, input, output) VALUES ('int_06gzxwcv7m000pc6erpj2v08q4wma', 'default', 'completed', 1795278609213, 1795278609558, 0, 1, false, false, false, 'standard', 'demo', convert_to('{"labels":{"team":"blue","größe":"ä"}}', 'UTF8'), convert_to('{"total_input_tokens":5,"total_output_tokens":17,"total_thought_tokens":0,"total_tokens":22,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":17}]}', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"Hello! My name is Ada."}]}]', 'UTF8'), convert_to('[{"type":"model_output","content":[{"type":"text","text":"Noted. Your name is Ada.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, input, output) VALUES ('int_06gzxwcz140013a3k4np7cs0rp8yp', 'default', 'completed', 1795278610185, 1795278610235, 0, 1, false, false, false, 'standard', 'demo', convert_to('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}', 'UTF8'), convert_to('{"total_input_tokens":5,"total_output_tokens":18,"total_thought_tokens":20,"total_tokens":43,"input_tokens_by_modality":[{"modality":"text","tokens":5}],"output_tokens_by_modality":[{"modality":"text","tokens":18}]}', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"My favourite number is 42."}]}]', 'UTF8'), convert_to('[{"type":"thought","signature":"AlY2UYKQkS+nB5Lzle9pVjQfOsVSMPvfkjFbfnrx2JbG/nn1ctyhuDNnszEgDgre2amV6RkrL/iix/y1AQRUwNLSL3HKSEvstSYcW4HOYAVA1xEg9za4yZ42TR4eIhqXS0StKfIL35b/jmgJgR3QFaNYkCBgC9RWpQ96Npq5YuPzLsk4Jg==","summary":[{"type":"text","text":"I look for the rule that fits this prompt. The history has what is asked for, or should have it."}]},{"type":"model_output","content":[{"type":"text","text":"Noted. Your favourite number is 42.\n\nI am the demo model: a rule-based stand-in, not a language model."}]}]', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, pending_calls, input, output, provider_states) VALUES ('int_06gzxwczjr000py4v22xtatrgm942', 'default', 'requires_action', 1795278610326, 1795278611192, 0, 1, false, false, false, 'standard', 'gemini-3.8-flash', convert_to('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}', 'UTF8'), convert_to('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}', 'UTF8'), convert_to('[{"id":"call_sypgaxt8w7079tmf","name":"get_weather"}]', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"How is the weather in Paris?"}]}]', 'UTF8'), convert_to('[{"type":"thought","signature":"Ah7D3dFFZ+mihrsbxSEqcZyPZDyJS0Jf2Is0E0AuHbduwJ+Hlf1NcNf3JnNIZ4s47ZDplO27tIMIO66B4O7+2h0NTxQrvi6v","summary":[{"type":"text","text":"It is asked for the weather."}]},{"type":"thought","signature":"AiOjuS1XpgR4ypWYtoxardMSQekuhCcvarRwbQZpMQr/vbSVjk/NwyfLEA7QilJ+RX3e/HOhpqck6mqwsBeJ/nIp3vRk5Fh+"},{"type":"function_call","id":"call_sypgaxt8w7079tmf","name":"get_weather","arguments":{"place":"Paris"}}]', 'UTF8'), convert_to('{"2":{"provider":"gemini","family":"gemini-3.8-flash","call_id":"call-1"}}', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage, input, output) VALUES ('int_06gzxwd3g0000zb3191hxybph1jf2', 'default', 'completed', 1795278611328, 1795278611458, 1, 1, false, false, false, 'standard', 'gemini-3.8-flash', 'int_06gzxwczjr000py4v22xtatrgm942', 'int_06gzxwczjr000py4v22xtatrgm942', convert_to('{"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}', 'UTF8'), convert_to('{"total_input_tokens":7,"total_output_tokens":3,"total_thought_tokens":0,"total_cached_tokens":0,"total_tool_use_tokens":0,"total_tokens":10,"input_tokens_by_modality":[{"modality":"text","tokens":7}]}', 'UTF8'), convert_to('[{"type":"function_result","call_id":"call_sypgaxt8w7079tmf","result":"sunny","name":"get_weather"}]', 'UTF8'), convert_to('[{"type":"model_output","content":[{"type":"text","text":"It is sunny."}]}]', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, previous_id, root_id, settings, usage, input, output) VALUES ('int_06gzxwd46m000n5xms6zs80trvtcc', 'default', 'completed', 1795278611509, 1795278611511, 1, 1, false, true, false, 'standard', 'demo', 'int_06gzxwd438000ncg1d0xzmp91ex4e', 'int_06gzxwd438000ncg1d0xzmp91ex4e', convert_to('{}', 'UTF8'), convert_to('{"total_input_tokens":10,"total_output_tokens":2,"total_thought_tokens":0,"total_tokens":12,"input_tokens_by_modality":[{"modality":"text","tokens":10}],"output_tokens_by_modality":[{"modality":"text","tokens":2}]}', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"echo: left behind"}]}]', 'UTF8'), convert_to('[{"type":"model_output","content":[{"type":"text","text":"left behind"}]}]', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, input, output) VALUES ('int_06gzxwd4dg001cpewfzdp9j8fhsfp', 'default', 'completed', 1795278611564, 1795278611968, 0, 1, true, false, true, 'standard', 'demo', convert_to('{}', 'UTF8'), convert_to('{"total_input_tokens":6,"total_output_tokens":12,"total_thought_tokens":0,"total_tokens":18,"input_tokens_by_modality":[{"modality":"text","tokens":6}],"output_tokens_by_modality":[{"modality":"text","tokens":12}]}', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"count to 12 slowly, 20 ms"}]}]', 'UTF8'), convert_to('[{"type":"model_output","content":[{"type":"text","text":"1 2 3 4 5 6 7 8 9 10 11 12"}]}]', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, usage, input, output) VALUES ('int_06gzxwd69r000n5wjx02b474b6fb2', 'default', 'completed', 1795278612046, 1795278612062, 0, 1, true, false, true, 'standard', 'demo', convert_to('{}', 'UTF8'), convert_to('{"total_input_tokens":2,"total_output_tokens":1,"total_thought_tokens":0,"total_tokens":3,"input_tokens_by_modality":[{"modality":"text","tokens":2}],"output_tokens_by_modality":[{"modality":"text","tokens":1}]}', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"echo: once"}]}]', 'UTF8'), convert_to('[{"type":"model_output","content":[{"type":"text","text":"once"}]}]', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, input) VALUES ('int_06gzxwd6f4000cqvmram2q2g1ezcc', 'default', 'in_progress', 1795278612089, 1795278612089, 0, 1, true, false, true, 'standard', 'demo', convert_to('{"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}]', 'UTF8'));
INSERT INTO interactions (id, project, status, created_at, updated_at, depth, chain_modalities, is_background, has_gap, has_journal, service_tier, model, settings, input) VALUES ('int_06gzxwd6hr001zxxxehd92frj932m', 'default', 'queued', 1795278612110, 1795278612110, 0, 1, true, false, true, 'standard', 'demo', convert_to('{}', 'UTF8'), convert_to('[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}]', 'UTF8'));
INSERT INTO labels (id, key, value, project) VALUES ('int_06gzxwcv7m000pc6erpj2v08q4wma', 'größe', 'ä', 'default');
INSERT INTO labels (id, key, value, project) VALUES ('int_06gzxwcv7m000pc6erpj2v08q4wma', 'team', 'blue', 'default');
INSERT INTO runs (id, project, state, priority, queued_at, deadline, owner, epoch, lease_until, take_overs, cancel_requested, is_erased, request) VALUES ('int_06gzxwd6f4000cqvmram2q2g1ezcc', 'default', 'running', 1, 1795278612091, 253370764800000, 'vm-95e87mk9f9s6d4cf', 1, 1795278642091, 0, false, false, convert_to('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"count to 40 slowly, 100 ms"}]}],"generation_config":{"thinking_level":"low","thinking_summaries":"auto"},"background":true}', 'UTF8'));
INSERT INTO runs (id, project, state, priority, queued_at, deadline, epoch, lease_until, take_overs, cancel_requested, is_erased, request) VALUES ('int_06gzxwd6hr001zxxxehd92frj932m', 'default', 'queued', 1, 1795278612113, 253370764800000, 0, 0, 0, false, false, convert_to('{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"echo: at last"}]}],"background":true}', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd4dg001cpewfzdp9j8fhsfp', 1, 1, 17, true, '\x03BE020080AAAAAAEAFF6E9793019FD50C54CDCDCCDDE572F6535C14344CC42CCCC1DD4C4155CCDDC21D0C22DDF01F82F5655BFEAD5FBBE5E4CB4A84AC446E4DB0BE12219140A3F387D91125EE90972C4AE5BCA8A430E8BC2EF59024A870C14103955FC874E7F53F0A08E2C71506B269303308AE7230D264037DB1AA77CE8B7ADB4F9FFDCD2D4FD6BA21CA7BFC70BCDE2FE35F1E230CD6DFBB0C8A0DFA0D358041D6A05BC6925CF131AD53929C61F05C591E20B03C5718849FAF83D0D8A6AF9CAB1A77733D9D2C3957777DFB03832DF20DE580F0244B7ACD83789D258122C860E19018C75114F7D54E6B2522FEF8E96077FF5BBA0DD2B0C2D767514E063DAD38322F5B5689EE1249433EFDD1745371421B961D64AD24243EAB7CFE447E86D6AF9BC64D2B4ADED2A6667968B07C2D6BBA96B4A44506792E55650F29795809CED69D0E9B281B5F777A8C38E1CE19235ADCB96044873B578CE8710F678D8D9A338EA328E04A000050555555FDDFED7272E0B3BA838AB9BB85B95CCE718A00070375537173F53053553015F3F005CC72D3FF4E6B9B11B09EAE932F91482412D991D46A642512210B79DA3DDE0B562455200F89CA9BA292775E46759577EA78F34196A34E5F59C0A8E904265B67060F066D896010A29727D81AE8B0037FF0B90E559E0A8327C78C4D8B75AD2A790637D6841A4538A11F7B1409D9CEFA71401508FD38A20A3563AE68CA769A674AEEDD8486FEE494BC105566D76B4871D7A7298FA2E2E5279FCBEF5BE10B3E848D61173F1787A89D6D86F7F3DF1FFC602DF559FEAF6F9F4FF7F67A2BD7A1C9A7CB5D7A37D345246550D4E952C018B2FD130653F23282E1654A30E867712A1E8CDAD6CD96685BD33735BCB74CB43B36871F182CD9BBC259F6D4B450B2C8FC08BD741A64BE4FF62E7A372F4B7E296E90A5285793BAB10B312FDA69FA9358C08D41AAB269D1DC40A84E3681DED232DC7E75B034BB8C507BEF7412F8EC2EAF6E4ADE8D415FE0DFCFDEB405D6B33722DB046E3D1B741FBE251053BD9ED775ADAA01');
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd69r000n5wjx02b474b6fb2', 1, 1, 6, true, '\x0392020080AAAAAAEAFF6E9793039FD50D54D5CD2D20F4728E53043828A8994A98AB8799AA82AA982FE1A07EBFC9EE5066AD38D11C00C68F4422215E5C44DE9BD64A5C342E2EA4A85EA961EE555E223883EE14D91C42642A6EE690623F17724CBEF38E9D39BC01E395E557261880E70B04606A103C0CD45141408D0AF34696CF0C91AD1C97FFE7C38F9F454A19CF8FDB53EA69F818A6F177D21048D38D66C6035E440D2050D9F15E91A2233697B414AA15025BF2B4C2C0D3962020FE721C065AEAF1A8D451AB2F359A93344AF77218BF21B067DF216D00EE542AF73093E5400546020DA277C5A3B5AEEB973BAE0589B0E5D546EFDE9F741D744E201830C1DAF78A5019F0E90E4DB3AE9529B3532E2CF26183E9AAC22958787AC2482ACA94C74A7127FC18A44D3BE79D2D321C54F49E567694761ED3A5C4106680C170EAC2F41449FE5318A43813F35CAD9C32B19D837479718E5B635B3B0AD9CF69CB2B9DC6D30BBCCB8431381D9BEBAC048FA1D1978F2369FCC3D3C8A30E4B29B057B75053F42B2776AB0D31EF6C39FD51AC305A20A5C2AAA41C545C055FD3BE5C931364E85805A7BBA0E6F9AE9D5E764BDEAD815F303FEF4DA4F803D80E7635227F6D17016EF3530556AA5D5A6B5D37');
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 1, 4, false, convert_to('event: interaction.created
data: {"event_type":"interaction.created","event_id":"1-1","interaction":{"id":"int_06gzxwd6f4000cqvmram2q2g1ezcc","object":"interaction","status":"in_progress","model":"demo","created":"2026-11-21T16:30:12.089Z","updated":"2026-11-21T16:30:12.089Z","service_tier":"standard"}}

event: interaction.status_update
data: {"event_type":"interaction.status_update","event_id":"1-2","interaction_id":"int_06gzxwd6f4000cqvmram2q2g1ezcc","status":"in_progress"}

event: step.start
data: {"event_type":"step.start","event_id":"1-3","index":0,"step":{"type":"thought"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-4","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":"I"}}}

', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 11, 13, false, convert_to('event: step.delta
data: {"event_type":"step.delta","event_id":"1-11","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" this"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-12","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" prompt."}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-13","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" The"}}}

', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 14, 16, false, convert_to('event: step.delta
data: {"event_type":"step.delta","event_id":"1-14","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" prompt"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-15","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" wants"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-16","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" numbers."}}}

', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 17, 21, false, convert_to('event: step.delta
data: {"event_type":"step.delta","event_id":"1-17","index":0,"delta":{"type":"thought_signature","signature":"Aj6gmhLNn0Cfdp/DWtIfpP1/Y0xYssfM/XVoFlzu+IIdPGLG/oouTGn3KNQ+pJEkKBIs9F+ziri0RlHV/7R+pUPhXo4z4GTh/u3TLRhrm4mHwBhpugtdDP9udMkghuVgK7aodU5hRXz6"}}

event: step.stop
data: {"event_type":"step.stop","event_id":"1-18","index":0}

event: step.start
data: {"event_type":"step.start","event_id":"1-19","index":1,"step":{"type":"model_output"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-20","index":1,"delta":{"type":"text","text":"1"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-21","index":1,"delta":{"type":"text","text":" 2"}}

', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 22, 24, false, convert_to('event: step.delta
data: {"event_type":"step.delta","event_id":"1-22","index":1,"delta":{"type":"text","text":" 3"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-23","index":1,"delta":{"type":"text","text":" 4"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-24","index":1,"delta":{"type":"text","text":" 5"}}

', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 25, 27, false, convert_to('event: step.delta
data: {"event_type":"step.delta","event_id":"1-25","index":1,"delta":{"type":"text","text":" 6"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-26","index":1,"delta":{"type":"text","text":" 7"}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-27","index":1,"delta":{"type":"text","text":" 8"}}

', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 5, 7, false, convert_to('event: step.delta
data: {"event_type":"step.delta","event_id":"1-5","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" look"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-6","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" for"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-7","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" the"}}}

', 'UTF8'));
INSERT INTO journal (project, id, epoch, first_number, last_number, is_compressed, frames) VALUES ('default', 'int_06gzxwd6f4000cqvmram2q2g1ezcc', 1, 8, 10, false, convert_to('event: step.delta
data: {"event_type":"step.delta","event_id":"1-8","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" rule"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-9","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" that"}}}

event: step.delta
data: {"event_type":"step.delta","event_id":"1-10","index":0,"delta":{"type":"thought_summary","content":{"type":"text","text":" fits"}}}

', 'UTF8'));
INSERT INTO idempotency_keys (project, key, request_hash, id) VALUES ('default', 'e0613ede3734d3182ad226a948a44d7cbb9135f0b7391ada5440f296ced70ae5', '7f8f37a8c5dd0be6330ec1eec94ab3e221d34aa33b2baa1832614e97f07cb4be', 'int_06gzxwd69r000n5wjx02b474b6fb2');
