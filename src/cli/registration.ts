/** What a command gets when it registers itself. */
export interface Registration {
  /** Runs its work, and turns how it ends into the exit code. */
  readonly run: (work: () => Promise<void>, options?: RunOptions) => Promise<void>;
}

export interface RunOptions {
  /** Of every failure: where the command stands in for another program, which has no finer ones. */
  readonly exitCode?: number;
}
