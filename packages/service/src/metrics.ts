import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';

/** Makes and keeps a process's metrics. A name that exists already gives the metric that has it. */
export interface Metrics {
  readonly registry: Registry;
  counter<L extends string = never>(configuration: CounterConfiguration<L>): Counter<L>;
  gauge<L extends string = never>(configuration: GaugeConfiguration<L>): Gauge<L>;
  histogram<L extends string = never>(configuration: HistogramConfiguration<L>): Histogram<L>;
}

/**
 * A registry of its own, with the default metrics of the process.
 *
 * @param service the value of the label `service` on everything
 */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });

  function known<M>(name: string, make: () => M): M {
    return (registry.getSingleMetric(name) as M | undefined) ?? make();
  }
  return {
    registry,
    counter: (configuration) =>
      known(configuration.name, () => new Counter({ ...configuration, registers: [registry] })),
    gauge: (configuration) =>
      known(configuration.name, () => new Gauge({ ...configuration, registers: [registry] })),
    histogram: (configuration) =>
      known(configuration.name, () => new Histogram({ ...configuration, registers: [registry] })),
  };
}
