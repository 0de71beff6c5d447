import { createPlacesBySpareTime, createUtilization, type Utilization } from './spare-time.ts';

/** How many jobs one process takes. */
export interface PlacesOptions {
  /** Places; a job that is worked on takes one, or as many as it weighs. */
  places: number;
  /** As many there are while this thread has time to spare; `places` unless it is given. */
  placesMax?: number;
  /** The most jobs at once, those included that take no place because they wait. */
  jobsMax: number;
}

/** The place of one job among those that a process has at once. */
export interface JobPlace {
  /** Takes as many places as the job is work, instead of one. */
  weigh(weight: number): void;
  /** Waits for somebody else, such as a receiver or a commit, and takes no place meanwhile. */
  waiting<T>(wait: () => Promise<T>): Promise<T>;
  /**
   * Says whose job it is.
   *
   * @returns whether that owner has no more jobs now than there is room for besides
   */
  belongTo(owner: string): boolean;
}

/** The places of one process. All its queues share them. */
export interface Places {
  forQueue(): QueuePlaces;
}

/** The jobs of one queue in this process, and how many more it may have. */
export interface QueuePlaces {
  /** A job begins. */
  begin(): JobPlace & { end(): void };
  /** Calls back once there is a place for one more job: at once, or in the order of asking. */
  ask(take: () => void): void;
  /**
   * Asks for the place of a job that ends, for the one that comes with its end. While other queues wait for a place, this one
   * keeps it only if it has no more than its share with the next job.
   *
   * @returns to be called when it has come; undefined where there is no place for it
   */
  askToFollow(): (() => void) | undefined;
}

/**
 * Counts what a process is busy with. A job has a place from when it is taken until it ends, but for its waits.
 *
 * @param nowMs a clock that never runs backwards
 */
export function createPlaces(
  options: PlacesOptions,
  nowMs: () => number = () => performance.now(),
  utilization: Utilization = createUtilization(),
): Places {
  const all = emptyLoad();
  let isServing = false;
  /** One of each queue that wants a place. */
  const asking: { queue: Load; take: () => void }[] = [];
  const jobsOf = new Map<string, number>();

  /** A job had to wait for a place since somebody looked. */
  let isShort = false;
  function wasShort(): boolean {
    const was = isShort || asking.length > 0;
    isShort = false;
    return was;
  }
  const placesNow = createPlacesBySpareTime(
    { min: options.places, max: options.placesMax ?? options.places },
    { nowMs, utilization, wasShort },
  );
  const limits = () => ({ places: placesNow(), jobsMax: options.jobsMax });
  const hasFree = () => freePlaces(all, limits()) > 0;

  // Not at once: a job that has ended may be followed by another one of its queue, with the same round trip.
  function serveSoon(): void {
    if (isServing || asking.length === 0) return;
    isServing = true;
    setImmediate(() => {
      isServing = false;
      while (asking.length > 0 && hasFree()) asking.shift()?.take();
    });
  }

  function add(queue: Load, change: Partial<Load>): void {
    for (const load of [all, queue]) {
      load.jobs += change.jobs ?? 0;
      load.taken += change.taken ?? 0;
    }
  }

  function begin(queue: Load): ReturnType<QueuePlaces['begin']> {
    let weight = 1;
    let isPlaced = true;
    let hasEnded = false;
    let owner: string | null = null;
    add(queue, { jobs: 1, taken: 1 });
    const leave = () => {
      if (isPlaced) add(queue, { taken: -weight });
      isPlaced = false;
      serveSoon();
    };
    const comeBack = () => {
      // A wait may outlast its job.
      if (isPlaced || hasEnded) return;
      add(queue, { taken: weight });
      isPlaced = true;
    };
    return {
      weigh(newWeight) {
        if (isPlaced) add(queue, { taken: newWeight - weight });
        weight = newWeight;
        serveSoon();
      },
      async waiting(wait) {
        leave();
        try {
          return await wait();
        } finally {
          comeBack();
        }
      },
      belongTo(name) {
        owner = name;
        const mine = (jobsOf.get(name) ?? 0) + 1;
        jobsOf.set(name, mine);
        return hasShare(mine, all.jobs, options);
      },
      end() {
        add(queue, { jobs: -1 });
        if (owner !== null) {
          const left = (jobsOf.get(owner) ?? 0) - 1;
          if (left > 0) jobsOf.set(owner, left);
          else jobsOf.delete(owner);
        }
        hasEnded = true;
        leave();
      },
    };
  }

  function ask(queue: Load, take: () => void): void {
    if (asking.length === 0 && hasFree()) {
      take();
      return;
    }
    isShort = true;
    asking.push({ queue, take });
  }

  function askToFollow(queue: Load): (() => void) | undefined {
    const others = asking.filter((one) => one.queue !== queue).length;
    if (!hasFree() || !mayFollow(queue, others, limits())) return undefined;
    // The place is its until it has come, and begins like any other.
    add(queue, { jobs: 1, taken: 1 });
    return () => {
      add(queue, { jobs: -1, taken: -1 });
      serveSoon();
    };
  }

  return {
    forQueue() {
      const queue = emptyLoad();
      return {
        begin: () => begin(queue),
        ask: (take) => ask(queue, take),
        askToFollow: () => askToFollow(queue),
      };
    },
  };
}

/** How many jobs there are, those included that wait, and the places that they take. */
interface Load {
  jobs: number;
  taken: number;
}

const emptyLoad = (): Load => ({ jobs: 0, taken: 0 });

/**
 * Whether a queue may keep the place of a job that has ended: if it has no more than its share with the next job, of the places
 * and of the jobs that there may be. A share is all of them, divided by the queues that want one: so nobody keeps what a queue
 * without any would have. Pure.
 *
 * @param load of the queue, without the next job
 * @param others how many other queues wait for a place
 */
export function mayFollow(
  load: Load,
  others: number,
  { places, jobsMax }: Pick<PlacesOptions, 'places' | 'jobsMax'>,
): boolean {
  const queues = 1 + others;
  return others === 0 || ((load.taken + 1) * queues <= places && (load.jobs + 1) * queues <= jobsMax);
}

/** How many more jobs a process may have. Pure. */
export function freePlaces(
  { jobs, taken }: Load,
  { places, jobsMax }: Pick<PlacesOptions, 'places' | 'jobsMax'>,
): number {
  return Math.max(0, Math.min(jobsMax - jobs, places - taken));
}

/**
 * Whether so many jobs of one owner leave room for others: as many as they are. So one alone has half of a worker at most,
 * and two have a third each; what is free is for who comes next. The rule of shared memory in switches (Choudhury and
 * Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998). Pure.
 */
export function hasShare(mine: number, jobs: number, { jobsMax }: Pick<PlacesOptions, 'jobsMax'>): boolean {
  return mine <= Math.max(1, jobsMax - jobs);
}
