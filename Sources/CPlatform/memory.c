#define _GNU_SOURCE
#include "CPlatform.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

static int release_code(struct dl_phdr_info *info, size_t size, void *total) {
    (void)size;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        // Only what the file holds and nobody writes: it comes back from the page cache when it is used. Let go of
        // rather than paged out, which leaves what other programs have mapped too.
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t begin = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = (info->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & ~(page - 1);
        if (madvise((void *)begin, end - begin, MADV_DONTNEED) == 0) *(size_t *)total += end - begin;
    }
    return 0;
}

size_t cp_release_code(void) {
    size_t total = 0;
    dl_iterate_phdr(release_code, &total);
    return total;
}
