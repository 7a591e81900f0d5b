import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';

/** A repository with these files in one commit, behind git's HTTP protocol on loopback. `stop` ends it. */
export async function startGitServer(files) {
  const folder = await mkdtemp(join(tmpdir(), 'oi-git-'));
  const git = (...args) => execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args]);
  git('init', '-q', '-b', 'main');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }

  git('add', '-A');
  git('commit', '-q', '-m', 'All of it');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/project.git/info/refs') {
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
      response.write('001e# service=git-upload-pack\n0000');
      uploadPack(folder, ['--advertise-refs'], request, response);
    } else if (pathname === '/project.git/git-upload-pack') {
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
      uploadPack(folder, [], request, response);
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/project.git`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

function uploadPack(folder, options, request, response) {
  const child = spawn('git', ['upload-pack', '--stateless-rpc', ...options, folder], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {}); // it has read what it needs
  (request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request).pipe(child.stdin);
  child.stdout.pipe(response);
}
