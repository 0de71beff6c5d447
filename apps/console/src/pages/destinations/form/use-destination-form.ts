import { type UseFormReturnType, useForm } from '@mantine/form';
import { type RefObject, useState } from 'react';
import { ApiProblem, messageOf } from '../../../api/problem-message.ts';
import { useFaultFocus } from '../../../components/page/fault-focus.ts';
import { type FormValues, isSame } from './values/form-values.ts';
import { placeErrors } from './values/place-errors.ts';
import { losesSecrets, sentHeaders } from './values/requests.ts';
import { findFaults, type RuleOptions } from './values/rules.ts';

export type DestinationForm = UseFormReturnType<FormValues>;

/** What stands above the form: a refusal that has no field. */
export interface FormProblem {
  title: string;
  detail: string;
  items: string[];
}

export interface DestinationFormState {
  form: DestinationForm;
  /** What the form started with. */
  start: FormValues;
  /** Whether anything differs from that. */
  hasChanges: boolean;
  /** Starts anew with what is saved now. */
  restart: (values: FormValues) => void;
  problem: FormProblem | null;
  /** Of the form element, to find what must be mended in it. */
  formRef: RefObject<HTMLFormElement | null>;
  /** Checks what is filled in, and goes to the first fault; null where there is one. */
  takeValues: (options: RuleOptions) => FormValues | null;
  /** Puts what the API refused at its fields, the rest above them, and goes there. */
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
    const { title, detail } = messageOf(error);
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

  // Mantine's own `isDirty` forgets changed lists once another field was changed and changed back.
  const hasChanges = !isSame(form.values, start);
  return { form, start, hasChanges, restart, problem, formRef, takeValues, showRefusal };
}
