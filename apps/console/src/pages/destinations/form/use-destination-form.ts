import { type UseFormReturnType, useForm } from '@mantine/form';
import { type RefObject, useState } from 'react';
import { ApiProblem, describeError } from '../../../api/problem-message.ts';
import { useFaultFocus } from '../../../components/page/fault-focus.ts';
import { type FormValues, isSame } from './values/form-values.ts';
import { placeErrors } from './values/place-errors.ts';
import { losesSecrets, sentHeaders } from './values/requests.ts';
import { findFaults, type RuleOptions } from './values/rules.ts';

export type DestinationForm = UseFormReturnType<FormValues>;

/** Shown above the form: a refusal that concerns no field. */
export interface FormProblem {
  title: string;
  detail: string;
  items: string[];
}

export interface DestinationFormState {
  form: DestinationForm;
  /** The initial values. */
  start: FormValues;
  /** Whether any value differs from the initial ones. */
  hasChanges: boolean;
  /** Resets the form to the saved values. */
  restart: (values: FormValues) => void;
  problem: FormProblem | null;
  /** Of the form element, to find the faults in it. */
  formRef: RefObject<HTMLFormElement | null>;
  /** Checks the values, and moves the focus to the first fault; null if there is one. */
  takeValues: (options: RuleOptions) => FormValues | null;
  /** Shows the API's faults at their fields, the rest above the form, and moves the focus there. */
  showRefusal: (error: unknown) => void;
}

/** The state of the form of a destination: its values, their faults, and where the focus goes when there are some. */
export function useDestinationForm(initialValues: FormValues): DestinationFormState {
  const form = useForm<FormValues>({ initialValues });
  const [start, setStart] = useState(initialValues);
  const [problem, setProblem] = useState<FormProblem | null>(null);
  const { ref: formRef, focusFault } = useFaultFocus<HTMLFormElement>();

  function show(faults: Record<string, string>, above: FormProblem | null): void {
    form.setErrors(faults);
    setProblem(above);
    focusFault();
  }

  function takeValues(options: RuleOptions): FormValues | null {
    const values = form.getValues();
    const faults = findFaults(values, { ...options, losesSecrets: losesSecrets(values, start) });
    if (Object.keys(faults).length === 0) {
      form.clearErrors();
      setProblem(null);
      return values;
    }
    show(faults, null);
    return null;
  }

  function showRefusal(error: unknown): void {
    const { title, detail } = describeError(error);
    const values = form.getValues();
    const headerRows = sentHeaders(values, start).map(([place]) => place);
    const { fields, rest } =
      error instanceof ApiProblem ? placeErrors(error, { ...values, headerRows }) : { fields: {}, rest: [] };
    const isAllPlaced = Object.keys(fields).length > 0 && rest.length === 0;
    show(fields, isAllPlaced ? null : { title, detail, items: rest });
  }

  function restart(values: FormValues): void {
    setStart(values);
    form.setValues(values);
    setProblem(null);
  }

  // Mantine's own `isDirty` misses changed lists after another field was changed and changed back.
  const hasChanges = !isSame(form.values, start);
  return { form, start, hasChanges, restart, problem, formRef, takeValues, showRefusal };
}
