import assert from 'node:assert/strict';
import { scenarios } from '../support/scenario.js';
import { baseUrl } from '../support/settings.js';
import { runSample } from './run.js';

const scenario = scenarios('sample runner');
const run = (language, code) => runSample({ where: 'x.md:1', language, code }, baseUrl);
const body = '{"model":"demo","input":"echo: it works"}';

scenario('curl samples reach the server under test', [], async () => {
  assert.match(await run('bash', `curl -s http://127.0.0.1:8080/v1/interactions -H 'content-type: application/json' -d '${body}'`), /it works/);
});

scenario('JavaScript samples find the SDK', [], async () => {
  assert.match(await run('js', `
    import { GoogleGenAI } from '@google/genai';
    const ai = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: 'http://localhost:8080' } });
    console.log((await ai.interactions.create({ model: 'demo', input: 'echo: it works' })).output_text);`), /^it works$/m);
});

scenario('C# samples run as one file', [], async () => {
  assert.match(await run('csharp', `
#:property PublishAot=false
using var http = new HttpClient();
var answer = await http.PostAsync("http://127.0.0.1:8080/v1/interactions", new StringContent("""${body}""", null, "application/json"));
Console.WriteLine(await answer.Content.ReadAsStringAsync());`), /it works/);
}, { seconds: 200 });

scenario('Python samples are followed by the requests that the SDK would make', [], async () => {
  const printed = await run('python', `
from google import genai

# No key is needed here, but the SDK wants one.
client = genai.Client(api_key="any", http_options={"base_url": "http://127.0.0.1:8080"})

first = client.interactions.create(model="demo", input="My name is Ada.")
second = client.interactions.create(
    model="demo",
    input="What is my name?",
    previous_interaction_id=first.id,
)
print(second.output_text)`);
  assert.match(printed, /Ada/);
});

for (const [code, message] of [
  ['client = genai.Client(http_options={"base_url": "http://127.0.0.1:8080"})', /api_key/],
  ['client = genai.Client(api_key="k", http_options={"base_url": "http://127.0.0.1:8080/v1"})', /without a version/],
  ['for x in y: pass', /cannot follow/],
  ['first = client.interactions.create(model="demo")', /no client/],
]) {
  scenario(`a Python sample that would not work is a failure: ${code}`, [], async () => {
    await assert.rejects(run('python', code), message);
  });
}

for (const [language, code] of [
  ['bash', 'false; echo went on'],
  ['bash', 'curl -s http://127.0.0.1:8080/v1/interactions/nope'],
  ['bash', 'echo $UNSET_NAME'],
  ['js', 'process.exit(3)'],
  ['js', 'import "no-such-package"'],
]) {
  scenario(`a ${language} sample that fails is a failure: ${code}`, [], async () => {
    await assert.rejects(run(language, code), /x\.md:1: the sample ended with code/);
  });
}
