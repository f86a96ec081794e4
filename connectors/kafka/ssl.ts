import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';

const ssl = z.strictObject({
  ca: z.string().describe('PEM text of the authorities to trust').optional(),
  cert: z.string().describe('PEM text of our certificate').optional(),
  key: z.string().describe('PEM text of its key').optional(),
  passphrase: z.string().optional(),
  servername: z.string().describe('the name that the certificate must hold').optional(),
  rejectUnauthorized: z.boolean().describe('false: any certificate is taken').optional(),
});

export const sslOption = z
  .union([z.boolean(), ssl])
  .default(false)
  .transform((value): ConnectionOptions | null => (value === true ? {} : value === false ? null : defined(value)))
  .describe('TLS, with the settings of node:tls');

function defined(given: z.output<typeof ssl>): ConnectionOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The certificate of the other side, or its name, does not convince: it would not the next time. */
export function isCertificateError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CERTIFICATE.test(String(error.code));
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;
