/** How many jobs one worker takes. */
export interface PlacesOptions {
  /** Places; a job takes one, or as many as it weighs. */
  places: number;
  /** The most jobs at once, those included that take no place any more. */
  jobsMax: number;
  /** A job that began so long ago takes no place any more; milliseconds. */
  oldAfterMs: number;
}

/** The place of one job among those that a worker has at once. */
export interface JobPlace {
  /** Takes as many places as the job is work, instead of one. */
  weigh(weight: number): void;
  /** Takes no place from now on: the job only waits for others. */
  leave(): void;
  /**
   * Says whose job it is.
   *
   * @returns whether that owner has no more jobs now than there is room for besides
   */
  belongTo(owner: string): boolean;
}

/** The jobs of one worker, and how many it may have. */
export interface Places {
  /** A job begins. It leaves its place by itself once it is old. */
  begin(): JobPlace & { end(): void };
  /** How many jobs the worker may have at once now. */
  concurrency(): number;
  /** Lets old jobs leave. */
  look(): void;
  /** Calls back whenever a job begins, leaves or ends. @param jobs how many there are */
  onUpdate(listener: (concurrency: number, jobs: number) => void): void;
}

/**
 * Counts what a worker is busy with: it may have the jobs that it has, and those that there are places for.
 *
 * @param nowMs a clock that never runs backwards
 */
export function createPlaces(options: PlacesOptions, nowMs: () => number = () => performance.now()): Places {
  let jobs = 0;
  let taken = 0;
  let tell: (concurrency: number, jobs: number) => void = () => undefined;
  const jobsOf = new Map<string, number>();
  /** Those with a place, the oldest first. */
  const placed = new Set<{ weight: number; beganAt: number }>();

  const concurrency = () => concurrencyFor({ jobs, taken }, options);
  const update = () => tell(concurrency(), jobs);

  return {
    begin() {
      const job = { weight: 1, beganAt: nowMs() };
      let owner: string | null = null;
      placed.add(job);
      jobs += 1;
      taken += 1;
      update();
      const leave = () => {
        if (placed.delete(job)) taken -= job.weight;
      };
      return {
        weigh(weight) {
          if (placed.has(job)) taken += weight - job.weight;
          job.weight = weight;
          update();
        },
        leave() {
          leave();
          update();
        },
        belongTo(name) {
          owner = name;
          const mine = (jobsOf.get(name) ?? 0) + 1;
          jobsOf.set(name, mine);
          return hasShare(mine, jobs, options);
        },
        end() {
          leave();
          jobs -= 1;
          if (owner !== null) {
            const left = (jobsOf.get(owner) ?? 0) - 1;
            if (left > 0) jobsOf.set(owner, left);
            else jobsOf.delete(owner);
          }
          update();
        },
      };
    },

    concurrency,

    look() {
      const oldBefore = nowMs() - options.oldAfterMs;
      for (const job of placed) {
        if (job.beganAt > oldBefore) break;
        placed.delete(job);
        taken -= job.weight;
      }
      update();
    },

    onUpdate(listener) {
      tell = listener;
    },
  };
}

/** The jobs that a worker may have at once. Pure; at least one, as BullMQ asks. */
export function concurrencyFor(
  { jobs, taken }: { jobs: number; taken: number },
  { places, jobsMax }: Pick<PlacesOptions, 'places' | 'jobsMax'>,
): number {
  return Math.max(1, Math.min(jobsMax, jobs + Math.max(0, places - taken)));
}

/**
 * Whether so many jobs of one owner leave room for others: as many as they are. So one alone has half of a worker at most,
 * and two have a third each; what is free is for who comes next. The rule of shared memory in switches (Choudhury and
 * Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998). Pure.
 */
export function hasShare(mine: number, jobs: number, { jobsMax }: Pick<PlacesOptions, 'jobsMax'>): boolean {
  return mine <= Math.max(1, jobsMax - jobs);
}
