/** fast-check with the seed of this run, ROWTIDE_SEED=…; what fails is printed with it. */
import fc from 'fast-check';
import { scaled, seed } from './roundtrip/random.js';

fc.configureGlobal({ seed, numRuns: scaled(100) });

export default fc;
