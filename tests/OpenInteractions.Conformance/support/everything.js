// The MCP project's reference server, on a free port of loopback: by itself it listens on all interfaces, and cannot be asked for its port.
// Writes a line "listening on PORT" when it is ready. Used by the tests of the tools.
import { Server } from 'node:net';

const { listen } = Server.prototype;
Server.prototype.listen = function onLoopback(port, ...rest) {
  const onListening = rest.find((argument) => typeof argument === 'function');
  return listen.call(this, { port: 0, host: '127.0.0.1' }, () => {
    onListening?.();
    console.log(`listening on ${this.address().port}`);
  });
};

await import('../clients/node_modules/@modelcontextprotocol/server-everything/dist/transports/streamableHttp.js');
