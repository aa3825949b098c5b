import { connect } from 'node:http2';

const LIMIT_MS = 1_500;
const SERVICE = 'temporal.api.workflowservice.v1.WorkflowService';
/** `HealthCheckResponse { status: SERVING }` of grpc.health.v1. */
const SERVING = Buffer.from([0x08, 0x01]);

/**
 * Whether a Temporal server serves workflows at the address, asked by the standard gRPC health check.
 * Spoken by hand over HTTP/2: a gRPC client costs the supervisor 40 MB for one request.
 *
 * @param address  `host:port`, without TLS.
 * @returns        False when nothing answers within 1.5 s; never rejects.
 */
export function isTemporalHealthy(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const settle = (healthy: boolean): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(healthy);
    };
    const timer = setTimeout(() => settle(false), LIMIT_MS);
    session.on('error', () => settle(false));
    const request = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    request.on('error', () => settle(false));
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => settle(Buffer.concat(chunks).subarray(FRAME_HEADER_BYTES).equals(SERVING)));
    request.end(frame(healthCheckRequest()));
  });
}

const FRAME_HEADER_BYTES = 5;

/** A gRPC message: one byte for "not compressed", four for the length. */
function frame(message: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** `HealthCheckRequest { service = 1: string }`. */
function healthCheckRequest(): Buffer {
  return Buffer.concat([Buffer.from([0x0a, SERVICE.length]), Buffer.from(SERVICE, 'ascii')]);
}
