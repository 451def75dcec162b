/* A PKCS#11 module that passes everything on to another one, and takes its time over each signature.
 *
 *   SLOW_TOKEN_MODULE   the module that does the work
 *   SLOW_TOKEN_MS       milliseconds to sleep before each C_Sign (default 0)
 *
 * Signatures of different threads sleep side by side, as on a token that signs for several sessions at once.
 * A PKCS#11 2.40 function list is a version, padded to a pointer, and 68 functions in a fixed order. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { GET_FUNCTION_LIST = 3, SIGN = 43, FUNCTIONS = 68 };
enum { OK = 0, GENERAL_ERROR = 5, ARGUMENTS_BAD = 7 };

struct functions {
    void *version;
    void *entry[FUNCTIONS];
};

typedef unsigned long get_list(struct functions **);
typedef unsigned long sign(unsigned long, unsigned char *, unsigned long, unsigned char *, unsigned long *);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct functions functions;
static sign *real_sign;
static long milliseconds;

static unsigned long sign_slowly(unsigned long session, unsigned char *data, unsigned long length,
                                 unsigned char *signature, unsigned long *signature_length)
{
    /* Without a buffer it only asks for the length, which a token's library knows by itself. */
    if (signature != NULL && milliseconds > 0) {
        struct timespec left = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
        while (nanosleep(&left, &left) != 0 && errno == EINTR)
            ;
    }
    return real_sign(session, data, length, signature, signature_length);
}

unsigned long C_GetFunctionList(struct functions **list);

static void load(void)
{
    const char *path = getenv("SLOW_TOKEN_MODULE"), *delay = getenv("SLOW_TOKEN_MS");
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    get_list *real = library == NULL ? NULL : (get_list *)dlsym(library, "C_GetFunctionList");
    struct functions *original = NULL;

    if (real == NULL || real(&original) != OK || original == NULL) {
        fprintf(stderr, "slow-token: SLOW_TOKEN_MODULE is no PKCS#11 module: %s\n", path == NULL ? "not set" : path);
        return;
    }
    milliseconds = delay == NULL ? 0 : atol(delay);
    functions = *original;
    functions.entry[GET_FUNCTION_LIST] = (void *)C_GetFunctionList;
    functions.entry[SIGN] = (void *)sign_slowly;
    real_sign = (sign *)original->entry[SIGN];
}

unsigned long C_GetFunctionList(struct functions **list)
{
    if (list == NULL)
        return ARGUMENTS_BAD;
    pthread_once(&once, load);
    if (real_sign == NULL)
        return GENERAL_ERROR;
    *list = &functions;
    return OK;
}
