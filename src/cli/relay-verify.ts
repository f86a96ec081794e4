import { openStored, verified } from '../relay/stored.js';

/** Prints each file that is right; throws what is wrong with the first one that is not. */
export async function verify(folder: string): Promise<void> {
  const relay = await openStored(folder);
  let [files, bytes, transactions] = [0, 0, 0];
  for await (const file of verified(relay, new AbortController().signal)) {
    process.stdout.write(`${file.name}: ${file.transactions} transactions, ${file.bytes} bytes\n`);
    files++;
    bytes += file.bytes;
    transactions += file.transactions;
  }
  process.stdout.write(`all is right: ${files} files, ${transactions} transactions, ${bytes} bytes\n`);
}
