/** Errors of the file system and of others in words, on one line. */

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EISDIR: 'it is a directory',
  EEXIST: 'there is a file of that name',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is no directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'no space left',
  ENAMETOOLONG: 'the name is too long',
};

/** What went wrong, without a stack trace. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const text = (code === undefined ? undefined : reasons[code]) ?? error.message;
  return text.replace(/\s*\n\s*/g, ' ');
}
