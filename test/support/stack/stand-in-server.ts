import { once } from 'node:events';
import { createServer } from 'node:http';
import { underSupervisor } from './supervised.js';

/** A gateway or vector server as its supervisor sees one: answers 200 to everything, on the port it was given. */
const [, , , givenPort = process.env['CUTOVER_GATEWAY_PORT']] = process.argv;
const port = Number(givenPort);
const server = createServer((_request, response) => response.end(String(process.pid)));
const supervised = underSupervisor(async () => {
  server.close();
  server.closeAllConnections();
});
server.listen(port, '127.0.0.1');
await once(server, 'listening');
supervised.ready(port);
