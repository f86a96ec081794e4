/** What a command gets when it registers itself. */
export interface Registration {
  /** Runs its work, and turns how it ends into the exit code. */
  readonly run: (work: () => Promise<void>) => Promise<void>;
}
