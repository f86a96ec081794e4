import type { Checkpoint, CheckpointStore } from './store.js';

/** Remembers as long as the process lives: for tests, and for sources that are read to their end at once. */
export function memoryStore(first?: Checkpoint): CheckpointStore & { readonly saved: Checkpoint | undefined } {
  let saved = first;
  return {
    get saved() {
      return saved;
    },
    load: async () => saved,
    async save(checkpoint) {
      saved = checkpoint;
    },
    close: async () => undefined,
  };
}
