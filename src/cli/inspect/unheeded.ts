import { Option } from 'commander';

const hidden = (flags: string): Option => new Option(flags).hideHelp();

/** What the tools take beside what is read here, and what changes nothing. */
export const WITHOUT_EFFECT: readonly Option[] = [
  '--default-auth <name>',
  '--ssl-session-data <file>',
  '--ssl-session-data-continue-on-failed-reuse',
  '--debug-check',
  '--debug-info',
].map(hidden);

/** What a connection is made safer by in the tools: it says nothing about files, and is refused for a server. */
export const NOT_FOR_SERVERS: readonly Option[] = [
  '--bind-address <address>',
  '--server-public-key-path <file>',
  '--ssl-capath <dir>',
  '--ssl-cipher <list>',
  '--ssl-crl <file>',
  '--ssl-crlpath <dir>',
  '--ssl-fips-mode <mode>',
  '--ssl-fp <fingerprint>',
  '--ssl-fplist <file>',
  '--tls-ciphersuites <list>',
  '--tls-sni-servername <name>',
  '--tls-version <list>',
].map(hidden);
