/**
 * Where a run can be when it dies, in the order in which it gets there. The overlay tells them by these names.
 *
 * starting       the program loads, reads its configuration
 * opening        the checkpoint is locked and read, the sink finds out where it was
 * reading        waiting for changes
 * writing        a batch is on its way into the sink
 * written        it is durable there, and no checkpoint says so
 * saving         the new checkpoint is written beside the old one
 * set-aside      the old one has given up its name, the new one does not have it yet
 * renamed        it has; the folder is not durable yet
 */
export const STAGES = [
  'starting',
  'opening',
  'reading',
  'writing',
  'written',
  'saving',
  'set-aside',
  'renamed',
] as const;

export type Stage = (typeof STAGES)[number];

/** Those that are passed in too short a time to be hit by chance. */
export const BRIEF_STAGES: readonly Stage[] = ['opening', 'writing', 'written', 'saving', 'set-aside', 'renamed'];

export function isStage(text: string): text is Stage {
  return (STAGES as readonly string[]).includes(text);
}
