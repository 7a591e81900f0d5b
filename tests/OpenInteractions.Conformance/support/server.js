import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './freePort.js';
import { serverDll } from './settings.js';

const startSeconds = 60;

/** Starts a server of our own on a free loopback port, with an empty data directory, and waits until it can take work. */
export async function startServer({ settings = {}, prepare, dll = serverDll } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'openinteractions-'));
  await prepare?.(dataDir);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn('dotnet', [dll, '--urls', url, '--data-dir', dataDir], {
    cwd: dataDir, env: { ...withoutVendors(process.env), ...settings }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  const keep = (chunk) => output.push(chunk.toString()) > 2000 && output.shift();
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const server = {
    url,
    output: () => output.join(''),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const hung = setTimeout(() => child.kill('SIGKILL'), 15_000);
        await once(child, 'exit');
        clearTimeout(hung);
      }

      await rm(dataDir, { recursive: true, force: true });
    },
  };
  try {
    await ready(url, child);
  } catch (error) {
    await server.stop();
    throw new Error(`${error.message}\n${server.output()}`);
  }

  return server;
}

// Readiness has no signal on the outside but this route.
async function ready(url, child) {
  const end = Date.now() + startSeconds * 1000;
  while (child.exitCode === null && Date.now() < end) {
    try {
      if ((await fetch(`${url}/readyz`)).ok) {
        return;
      }
    } catch {
      // Nobody listens yet.
    }

    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  throw new Error(child.exitCode === null ? `The server was not ready within ${startSeconds} s.` : `The server ended with code ${child.exitCode}.`);
}

/** Keys of the person who runs the tests must not turn a vendor on. */
function withoutVendors(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(GEMINI|GOOGLE|OPENAI|ANTHROPIC|OLLAMA|OpenInteractions__|ASPNETCORE_)/.test(name)));
}
