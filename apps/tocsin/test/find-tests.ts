import { parseSync } from '@swc/core';

/** A `describe` or a `test` as a file has it. */
export interface FoundTest {
  title: string;
  /** Runs on every machine: it, what it is in, and all that is in it are plain `test` and `describe`, without `skip`. */
  isAlwaysRun: boolean;
}

interface Node {
  type: string;
  [key: string]: unknown;
}

interface Call {
  title: string;
  isPlain: boolean;
  /** What it is in, and what is in it. */
  around: Call[];
  inside: Call[];
}

/** @returns every `describe` and `test` of a file, by whatever name it is called, as in `testWithNginx('answers', …)` */
export function findTests(source: string): FoundTest[] {
  const found: Call[] = [];
  collect(parseSync(source, { syntax: 'typescript' }), [], found);
  return found.map((call) => ({
    title: call.title,
    isAlwaysRun: [call, ...call.around, ...call.inside].every(({ isPlain }) => isPlain),
  }));
}

/** @param around what the node is in */
function collect(node: unknown, around: Call[], found: Call[]): void {
  if (node === null || typeof node !== 'object') return;
  const call = Array.isArray(node) ? null : callOf(node as Node, around);
  if (call !== null) {
    found.push(call);
    for (const outer of around) outer.inside.push(call);
  }
  for (const child of Object.values(node)) collect(child, call === null ? around : [...around, call], found);
}

/** @returns null for what is no call of a `test` or `describe` with a text and a function */
function callOf({ type, callee, arguments: given }: Node, around: Call[]): Call | null {
  if (type !== 'CallExpression') return null;
  const [first, second] = (given as { expression: Node }[]).map(({ expression }) => expression);
  const title = titleOf(first);
  const name = calledName(callee as Node);
  if (title === null || !/^(?:Arrow)?FunctionExpression$/.test(second?.type ?? '')) return null;
  if (!/^(?:test|describe|it)/.test(name)) return null;
  return { title, isPlain: /^(?:test|describe)(?:\.each)?$/.test(name), around, inside: [] };
}

function titleOf(node: Node | undefined): string | null {
  if (node?.type === 'StringLiteral') return String(node.value);
  if (node?.type !== 'TemplateLiteral') return null;
  return (node.quasis as { raw: string }[]).map(({ raw }) => raw).join('…');
}

/** `test`, `describe.each`, `testWhen(…)`; of a choice between two, the first with a question mark. */
function calledName(callee: Node): string {
  switch (callee.type) {
    case 'Identifier':
      return String(callee.value);
    case 'MemberExpression':
      return `${calledName(callee.object as Node)}.${(callee.property as Node).value}`;
    case 'ParenthesisExpression':
      return calledName(callee.expression as Node);
    case 'ConditionalExpression':
      return `${calledName(callee.consequent as Node)}?`;
    case 'CallExpression': {
      const name = calledName(callee.callee as Node);
      return name.endsWith('.each') ? name : `${name}(…)`;
    }
    default:
      return '';
  }
}
