import { connect } from 'node:net';

const LIMIT_MS = 1_500;
const PROTOCOL_3 = 196_608;
/** First byte of the answer to a start-up message: `R` asks for the password, an error is `E`. */
const ASKS_TO_AUTHENTICATE = 'R';

/**
 * Whether a Postgres on loopback takes connections. Spoken by hand and without a password, as `pg_isready` does:
 * a server that is still recovering answers with an error.
 *
 * @returns False when nothing fitting answers within 1.5 s; never rejects.
 */
export function isPostgresHealthy(port: number, user: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (healthy: boolean): void => {
      socket.destroy();
      resolve(healthy);
    };
    socket.setTimeout(LIMIT_MS, () => settle(false));
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
    socket.on('connect', () => socket.write(startUpMessage(user)));
    socket.on('data', (answer) => settle(answer.toString('latin1', 0, 1) === ASKS_TO_AUTHENTICATE));
  });
}

function startUpMessage(user: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
  const header = Buffer.alloc(8);
  header.writeInt32BE(header.length + parameters.length, 0);
  header.writeInt32BE(PROTOCOL_3, 4);
  return Buffer.concat([header, parameters]);
}
