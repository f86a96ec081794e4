/** The public API: all that a connector, ours or a stranger's, may import. */
export { inflatedRows } from './binlog/inflated-rows.js';
export { decodeQueryParts, type QueryParts } from './binlog/query.js';
export { decodeQueryStatus, type QueryStatus } from './binlog/query-status.js';
export { transactions } from './binlog/transactions.js';
export { decodeCheckpoint, encodeCheckpoint, type StoredCheckpoint } from './checkpoint/checkpoint.js';
export { fileStore } from './checkpoint/file.js';
export { type Files, ioError, syncFolderOf, systemFiles } from './checkpoint/files.js';
export { memoryStore } from './checkpoint/memory.js';
export type { Checkpoint, CheckpointStore } from './checkpoint/store.js';
export { changes } from './column/changes.js';
export { type Charset, charsetOf } from './column/charset.js';
export * as columnType from './column/types.js';
export type { Batch } from './core/batch.js';
export type { Change, DocumentDiff, DocumentDiffs, Row, Value } from './core/change.js';
export { crc32 } from './core/crc32.js';
export type { Dialect } from './core/dialect.js';
export { type ErrorCode, type ErrorDetails, RowtideError, unreachable } from './core/errors.js';
export { type FormatDescription, HEADER_BYTES, type RawEvent } from './core/event.js';
export { type AnyGtid, formatGtid, type Gtid, GtidSet, isMariaGtid } from './core/gtid.js';
export { ABSENT_CELL, type Image, isChanged, NULL_CELL } from './core/image.js';
export { InvalidText } from './core/invalid-text.js';
export type { JsonDiff, RowDiffs } from './core/json-diff.js';
export type { Log } from './core/log.js';
export { type MariaGtid, MariaGtids } from './core/maria-gtid.js';
export type { HeldXa, LogPosition, Position, SourceIdentity } from './core/position.js';
export type { ForgetfulSink, ResumableSink, Sink, SinkState } from './core/sink.js';
export { Counters, SinkStats, type WorkerStats } from './core/sink-stats.js';
export type { LogSource, Source } from './core/source.js';
export type { Column, Table } from './core/table.js';
export type {
  Entry,
  LoggedRows,
  LogSpan,
  ParallelHints,
  PreparedXa,
  RowCursor,
  Rows,
  Statement,
  Transaction,
  TransactionOrigin,
} from './core/transaction.js';
export { TransactionBounds } from './format/bounds.js';
export type {
  Destination,
  Format,
  FormattedRecord,
  KeyChangeHeaders,
  OtherDestination,
  OtherRecords,
  RowsWriter,
} from './format/format.js';
export { jsonFormat } from './format/json.js';
export { KeyChange, type KeyChangePart, rowsAs } from './format/key-change.js';
export { LineWriter } from './format/lines.js';
export { FORMAT_NAMES, type FormatName } from './format/names.js';
export { type FormatOptions, formatOf, formatOptions } from './format/options.js';
export type { SchemaRegistry, SchemaSubject } from './format/registry.js';
export { TableStatements } from './format/table-statements.js';
export type { SqlValue } from './mysql/connect.js';
export { Connection } from './mysql/connect.js';
export { Session, type SessionOptions, type StatementResult } from './mysql/session.js';
export { SqlError } from './mysql/session-error.js';
export { parseServerUrl, placeOf, type ServerAddress } from './mysql/url.js';
export { checkpointed } from './pipeline/checkpointed.js';
export { PipelineControl, type PipelineState, type PipelineStats } from './pipeline/control.js';
export {
  defineSink,
  type SinkContext,
  type SinkDefinition,
  type SinkSource,
  type SourceNeeds,
  type StoredPositionOptions,
} from './pipeline/define-sink.js';
export { PositionFold } from './pipeline/fold.js';
export { type PipelineEnd, type PipelineOptions, runPipeline } from './pipeline/run.js';
export { type RetryOptions, type SuperviseOptions, supervise } from './pipeline/supervise.js';
export type { KeyDefinition, TableDefinition } from './schema/definition.js';
export { labelsOf } from './schema/facts.js';
export { touchedBy } from './schema/history/touched.js';
export { type MergedDdl, mergedDdl } from './schema/merge/effect.js';
export { laterName, mergeStep, type TableVersion, type Verdict } from './schema/merge/step.js';
export { readTable } from './schema/read-table.js';
export { schemas } from './schema/schemas.js';
export { fileLog } from './source/files.js';
export { serverLog } from './source/server.js';
export { diskSpool } from './source/spool.js';
export { parseNamingDdl } from './sql/ddl/parse.js';
export { EMPTY_MEMBER } from './sql/literal/column.js';
export { type ColumnSql, columnSql, type TargetColumn } from './sql/literal/target.js';
export { quotedName, quotedText } from './sql/literal/text.js';
export {
  type Database,
  type RowChange,
  type RowImage,
  type StatementChange,
  type StreamChange,
  type TransactionFacts,
  tableKey,
} from './stream/change.js';
export { type StreamOptions, type StreamSource, stream } from './stream/stream.js';
export type { ColumnOptions } from './transform/columns/actions.js';
export { columnsNamed } from './transform/columns/named.js';
export { type TableFilterOptions, type Transform, tableTest, withEachEntry, withEntries } from './transform/filter.js';
export { type TablePattern, tablePattern } from './transform/patterns.js';
export { transformed } from './transform/source.js';
export { type TransformOptions, transformOf } from './transform/transform.js';
