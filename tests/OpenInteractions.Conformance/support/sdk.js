import { genai } from '../clients/index.js';
import { apiKey, baseUrl, model } from './settings.js';

/** The official SDK, pointed at the server the way its users do it. */
export const sdk = (base = baseUrl, options = {}, sdkPackage = genai) =>
  new sdkPackage.GoogleGenAI({ apiKey, ...options, httpOptions: { baseUrl: base, ...options.httpOptions } });

export const ai = sdk();

/** A create through the SDK with the model under test. */
export const ask = (body, client = ai) => client.interactions.create({ model, ...body });

/** All events of a stream of the SDK. */
export async function collect(stream) {
  const events = [];
  for await (const event of stream) {
    events.push(event);
  }

  return events;
}

/** The error of a call that must fail. */
export async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }

  throw new Error('The call was expected to fail and did not.');
}

/** What the server answered, without what the SDK adds. */
export function plain(answer) {
  const { sdkHttpResponse, ...members } = answer;
  return JSON.parse(JSON.stringify(members));
}
