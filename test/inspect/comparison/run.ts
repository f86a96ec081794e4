/** Runs comparisons and says how they went. */
import { type Comparison, compare, type Outcome } from './compare.js';
import { OurTool, RealTools, Scratch } from './tools.js';

export interface Result {
  readonly compared: number;
  readonly equal: number;
  /** Outputs without an event; they are not among the compared ones. */
  readonly empty: number;
  readonly differences: readonly string[];
}

/** On both cores: the order of the outcomes is not that of the comparisons. */
export async function run(comparisons: Iterable<Comparison>, lanes = 2): Promise<Result> {
  const real = await RealTools.find();
  const outcomes: Outcome[] = [];
  const left = comparisons[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    using ours = await OurTool.start();
    using scratch = new Scratch();
    for (let next = left.next(); !next.done; next = left.next()) {
      outcomes.push(await compare(next.value, { real, ours, scratch }));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const counted = outcomes.filter(({ empty, difference }) => !empty || difference !== null);
  const differences = outcomes.flatMap(({ what, difference }) => (difference === null ? [] : `${what}: ${difference}`));
  return {
    compared: counted.length,
    equal: counted.length - differences.length,
    empty: outcomes.length - counted.length,
    differences,
  };
}

export function resultLine(name: string, { compared, equal, empty }: Result): string {
  return `${name}: ${compared} outputs compared, ${equal} equal; ${empty} without an event equal as well, not counted`;
}
