import type { Output } from '../output.js';
import { SET_GTID_NEXT } from './gtid.js';
import type { TextOptions } from './options.js';
import { DELIMITER, type PrintState } from './state.js';

/** What stands before the first event. */
export function beginOutput(options: TextOptions, output: Output): void {
  output.ascii('# The proper term is pseudo_replica_mode, but we use this compatibility alias\n');
  output.ascii('# to make the statement usable on server versions 8.0.24 and older.\n');
  output.ascii('/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/;\n');
  if (options.disableLogBin) {
    output.ascii('/*!32316 SET @OLD_SQL_LOG_BIN=@@SQL_LOG_BIN, SQL_LOG_BIN=0*/;\n');
  }
  output.ascii('/*!50003 SET @OLD_COMPLETION_TYPE=@@COMPLETION_TYPE,COMPLETION_TYPE=0*/;\n');
  if (options.setCharset !== null) {
    output.ascii('\n/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;');
    output.ascii('\n/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;');
    output.ascii('\n/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;');
    output.text(`\n/*!40101 SET NAMES ${options.setCharset} */;\n`);
  }
  if (options.idempotent) output.ascii('/*!50700 SET @@SESSION.RBR_EXEC_MODE=IDEMPOTENT*/;\n\n');
  if (options.requireRowFormat) output.ascii('/*!80019 SET @@SESSION.REQUIRE_ROW_FORMAT=1*/;\n\n');
  output.ascii(`DELIMITER ${DELIMITER}\n`);
}

/** Ends what the last transaction of a file left open. */
export function endFile(state: PrintState, output: Output): void {
  const { skipGtids } = state.options;
  if (state.inTransaction) {
    output.ascii(`ROLLBACK /* added by mysqlbinlog */ ${DELIMITER}\n`);
  } else if (state.seenGtid && !skipGtids) {
    output.ascii(`BEGIN /*added by mysqlbinlog */ ${DELIMITER}\nROLLBACK /* added by mysqlbinlog */ ${DELIMITER}\n`);
  }
  if (!skipGtids) output.ascii(`${SET_GTID_NEXT}AUTOMATIC' /* added by mysqlbinlog */ ${DELIMITER}\n`);
  state.seenGtid = false;
  state.inTransaction = false;
}

/** Of a transaction of which something was left out. */
export function endSkipped(state: PrintState, output: Output): void {
  if (state.hasSkipped) output.ascii(`COMMIT /* added by mysqlbinlog */${DELIMITER}\n`);
  state.hasSkipped = false;
}

/** What stands behind the last event. */
export function endOutput(state: PrintState, output: Output): void {
  const { options } = state;
  endSkipped(state, output);
  endFile(state, output);
  output.ascii('DELIMITER ;\n# End of log file\n');
  output.ascii('/*!50003 SET COMPLETION_TYPE=@OLD_COMPLETION_TYPE*/;\n');
  if (options.disableLogBin) output.ascii('/*!32316 SET SQL_LOG_BIN=@OLD_SQL_LOG_BIN*/;\n');
  if (options.setCharset !== null) {
    output.ascii('/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n');
    output.ascii('/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;\n');
    output.ascii('/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;\n');
  }
  output.ascii('/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=0*/;\n');
  if (options.idempotent) output.ascii('/*!50700 SET @@SESSION.RBR_EXEC_MODE=STRICT*/;\n');
}
