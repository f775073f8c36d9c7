import { engineConformance } from '../engine-protocol/conformance.ts';
import { startEngine } from './test-engine.ts';

engineConformance('the engine on simulated lines', () => startEngine());
