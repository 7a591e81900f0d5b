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
  const server = new Server(dll, `http://127.0.0.1:${await freePort()}`, dataDir, settings);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }

  return server;
}

class Server {
  #dll;
  #dataDir;
  #settings;
  #child;
  #output = [];

  constructor(dll, url, dataDir, settings) {
    this.url = url;
    this.#dll = dll;
    this.#dataDir = dataDir;
    this.#settings = settings;
  }

  /** Where it keeps everything. */
  get dataDir() {
    return this.#dataDir;
  }

  output() {
    return this.#output.join('');
  }

  /** Starts, or starts again on the data that the last process left. */
  async start() {
    this.#child = spawn('dotnet', [this.#dll, '--urls', this.url, '--data-dir', this.#dataDir], {
      cwd: this.#dataDir, env: { ...withoutVendors(process.env), ...this.#settings }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk) => this.#output.push(chunk.toString()) > 2000 && this.#output.shift();
    this.#child.stdout.on('data', keep);
    this.#child.stderr.on('data', keep);
    try {
      await ready(this.url, this.#child);
    } catch (error) {
      throw new Error(`${error.message}\n${this.output()}`);
    }
  }

  /** Ends the process, by default without giving it a chance to say goodbye. */
  async kill(signal = 'SIGKILL') {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }

    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    const hung = setTimeout(() => this.#child.kill('SIGKILL'), 40_000);
    await gone;
    clearTimeout(hung);
  }

  /** Stands still for so long, as a machine does that is moved or out of memory. */
  async pause(milliseconds) {
    this.#child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.#child.kill('SIGCONT');
  }

  async stop() {
    await this.kill('SIGTERM');
    await rm(this.#dataDir, { recursive: true, force: true });
  }
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

/** Runs a test against a server of its own and stops it; what the server said is added to a failure. */
export async function withServer(options, body) {
  const server = await startServer(options);
  try {
    await body(server);
  } catch (error) {
    error.message += `\nThe server's last words:\n${server.output().slice(-3000)}`;
    throw error;
  } finally {
    await server.stop();
  }
}
