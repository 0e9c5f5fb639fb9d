/** Argv data as one command line for a POSIX shell: the only place of lkload that quotes. */

/** Linux takes at most 128 KiB in one argument, and sshd hands the whole command line to the login shell as one. */
const MAX_COMMAND_BYTES = 100 * 1024;

/** Without quotes only what no shell reads as anything but itself, at the start of a word too. */
const PLAIN = /^[A-Za-z0-9_./-][A-Za-z0-9_./:@%+,=-]*$/;

export function quoteWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** @throws {TypeError} see {@link checkArgv} */
export function quoteCommand(argv: readonly string[]): string {
  checkArgv(argv);
  return argv.map(quoteWord).join(" ");
}

/** @throws {TypeError} when the words can't reach a command as they are */
export function checkArgv(argv: readonly string[]): void {
  if (argv.length === 0 || argv[0] === "") throw new TypeError("a command needs a name");
  for (const word of argv) {
    if (word.includes("\0")) throw new TypeError(`a word of ${argv[0]} holds a NUL, which no command can be given`);
    if (!word.isWellFormed()) throw new TypeError(`a word of ${argv[0]} is not well-formed Unicode`);
  }
  const bytes = argv.reduce((sum, word) => sum + Buffer.byteLength(quoteWord(word)) + 1, 0);
  if (bytes > MAX_COMMAND_BYTES) {
    throw new TypeError(`the words of ${argv[0]} take ${bytes} bytes, more than 100 KiB: send them over stdin`);
  }
}
