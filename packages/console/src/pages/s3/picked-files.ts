/** A file with its place: the folders that it was picked with, and its name. */
export interface PickedFile {
  /** `photos/2026/a.jpg`. */
  readonly path: string;
  readonly file: File;
}

/** More than these are better sent by "aws s3 cp --recursive". */
const FILES_MAX = 10_000;

/** The files of an input; those of a folder have their places. */
export function pickedFiles(list: FileList | null): readonly PickedFile[] {
  return [...(list ?? [])].map((file) => ({
    path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/**
 * The files that were dropped, those in folders too. The browser forgets the items when the event
 * is over: entries are taken at once, and read afterwards. @throws when there are too many.
 */
export async function droppedFiles(
  items: Iterable<Pick<DataTransferItem, "webkitGetAsEntry">>,
  max = FILES_MAX,
): Promise<readonly PickedFile[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: PickedFile[] = [];
  for (const entry of entries) await read(entry, "", found, max);
  return found;
}

async function read(
  entry: FileSystemEntry,
  folder: string,
  found: PickedFile[],
  max: number,
): Promise<void> {
  const path = `${folder}${entry.name}`;
  if (isFile(entry)) {
    if (found.length === max) {
      throw new Error(`More than ${max.toLocaleString("en")} files: use "aws s3 cp --recursive".`);
    }
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push({ path, file });
  } else if (isFolder(entry)) {
    for (const child of await childrenOf(entry)) await read(child, `${path}/`, found, max);
  }
}

/** A reader gives some at a time, and none at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return children;
    children.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
