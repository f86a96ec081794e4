import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a quarter of a minute and more, the longest first: begun last, one of them would run on alone. */
const LONG: readonly string[] = [
  'test/torture.test.ts',
  'test/servers/servers.test.ts',
  'test/connectors/kafka/faults.test.ts',
  'test/schema/ddl/generated.test.ts',
  'test/binlog/transactions.test.ts',
  'test/connectors/kafka/cluster.test.ts',
  'test/roundtrip/roundtrip.test.ts',
  'test/cli/tail.test.ts',
  'test/cli/bad-input.test.ts',
  'test/pipeline/kill.test.ts',
  'test/connectors/kafka/once/once.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/inspect/comparison/comparison.test.ts',
  'test/doctor/doctor.test.ts',
  'test/source/server.test.ts',
  'test/cli/run.test.ts',
  'test/bench/huge.test.ts',
  'test/connectors/replica/sql/torture.test.ts',
];

export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const long = (file: TestSpecification): number => LONG.indexOf(relative(this.ctx.config.root, file.moduleId));
    const sorted = await super.sort(files);
    const first = sorted.filter((file) => long(file) >= 0).sort((a, b) => long(a) - long(b));
    return [...first, ...sorted.filter((file) => long(file) < 0)];
  }
}
