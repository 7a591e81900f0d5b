import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { vendorHostDll } from './settings.js';
import { within } from './waiting.js';

/** Starts the strict fakes of three vendors. `stop` returns the requests that they refused. */
export async function startVendors() {
  const child = spawn('dotnet', [vendorHostDll], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (step) => {
    const { value, done } = await within(60, lines.next(), step);
    if (done) {
      throw new Error(`The vendor host ended before ${step}.`);
    }

    return JSON.parse(value);
  };
  const vendors = await next('the vendors started');
  return {
    vendors,
    /** The environment that makes a server find them. */
    settings: {
      OPENAI_API_KEY: vendors.openai.key, OPENAI_BASE_URL: vendors.openai.url,
      ANTHROPIC_API_KEY: vendors.anthropic.key, ANTHROPIC_BASE_URL: vendors.anthropic.url,
      GEMINI_API_KEY: vendors.gemini.key, GOOGLE_GEMINI_BASE_URL: vendors.gemini.url,
    },
    async stop() {
      child.stdin.end();
      const refused = await next('the list of refusals');
      if (child.exitCode === null) {
        await once(child, 'exit');
      }

      return refused;
    },
  };
}
