import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { cached } from './cache.js';

/**
 * The authorities that this machine and Node trust, as Java reads them: Debian makes that file only when its package is
 * installed, not when it is unpacked.
 *
 *   store = u32 0xfeedfeed, u32 2, u32 entries, entry…
 *   entry = u32 2 (a trusted certificate), text alias, u64 made at, text "X.509", u32 length, DER
 *   text  = u16 length, bytes
 *
 * A digest with a password in it would follow; without a password Java does not read that far.
 */
export async function trustStore(): Promise<string> {
  const folder = await cached('trust-store', async (building) => {
    const certificates = [...new Set([...rootCertificates, ...(await machineCertificates())])];
    const entries = certificates.map((pem, index) => entry(`authority ${index}`, new X509Certificate(pem).raw));
    await writeFile(
      join(building, fileName),
      Buffer.concat([u32(0xfeedfeed), u32(2), u32(entries.length), ...entries]),
    );
  });
  return join(folder, fileName);
}

const fileName = 'authorities.jks';

async function machineCertificates(): Promise<string[]> {
  const file = process.env.NODE_EXTRA_CA_CERTS || '/etc/ssl/certs/ca-certificates.crt';
  if (!existsSync(file)) return [];
  return (await readFile(file, 'utf8')).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function entry(alias: string, certificate: Buffer): Buffer {
  return Buffer.concat([u32(2), text(alias), Buffer.alloc(8), text('X.509'), u32(certificate.length), certificate]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u32(bytes.length).subarray(2), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
