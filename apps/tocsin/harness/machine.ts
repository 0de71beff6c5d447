import { cpus, totalmem } from 'node:os';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGib: number;
  node: string;
}

/** What figures were measured on. */
export function describeMachine(): Machine {
  const [cpu] = cpus();
  return {
    ...{ cpu: cpu?.model.trim() ?? 'unknown', cores: cpus().length },
    ...{ memoryGib: Math.round(totalmem() / 2 ** 30), node: process.version },
  };
}
