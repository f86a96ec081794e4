import type { Output } from '../../output.js';
import type { TextOptions } from '../options.js';

/** What stands before the first event. */
export function beginOutput(options: TextOptions, output: Output): void {
  output.ascii('/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/;\n');
  output.ascii('/*!40019 SET @@session.max_delayed_threads=0*/;\n');
  if (options.disableLogBin) {
    output.ascii('/*!32316 SET @OLD_SQL_LOG_BIN=@@SQL_LOG_BIN, SQL_LOG_BIN=0*/;\n');
  }
  output.ascii('/*!50003 SET @OLD_COMPLETION_TYPE=@@COMPLETION_TYPE,COMPLETION_TYPE=0*/;\n');
  if (options.setCharset === null) return;
  output.ascii('\n/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;');
  output.ascii('\n/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;');
  output.ascii('\n/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;');
  output.text(`\n/*!40101 SET NAMES ${options.setCharset} */;\n`);
}

/** What stands behind the last event. */
export function endOutput(options: TextOptions, filtersGtids: boolean, output: Output): void {
  output.ascii('# End of log file\nROLLBACK /* added by mysqlbinlog */;\n');
  output.ascii('/*!50003 SET COMPLETION_TYPE=@OLD_COMPLETION_TYPE*/;\n');
  if (options.disableLogBin) output.ascii('/*!32316 SET SQL_LOG_BIN=@OLD_SQL_LOG_BIN*/;\n');
  if (options.setCharset !== null) {
    output.ascii('/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n');
    output.ascii('/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;\n');
    output.ascii('/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;\n');
  }
  output.ascii('/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=0*/;\n');
  if (!filtersGtids) return;
  output.ascii('/*!100001 SET @@SESSION.SERVER_ID=@@GLOBAL.SERVER_ID */;\n');
  output.ascii('/*!100001 SET @@SESSION.GTID_DOMAIN_ID=@@GLOBAL.GTID_DOMAIN_ID */;\n');
}
