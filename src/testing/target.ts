export type Declare = (name: string, run: () => Promise<void>) => void;

/** Tests that each get a new target, which is closed behind them. */
export function testsWith<T extends { close?(): Promise<void> }>(
  declare: Declare,
  make: () => Promise<T>,
): (name: string, run: (target: T) => Promise<void>) => void {
  return (name, run) =>
    declare(name, async () => {
      const target = await make();
      try {
        await run(target);
      } finally {
        await target.close?.();
      }
    });
}
