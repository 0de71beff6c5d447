/** `1 alert`, `2 alerts` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** `1,133` */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}
