/*
 * A PKCS#11 module for tests that fails on demand. It passes every call on to another module (FAULTP11_MODULE, or SoftHSM)
 * and is steered while it runs by whoever writes to the file that FAULTP11_CONTROL names, which both map: an array of 64-bit
 * words, laid out below. FaultControl.cs is the other side.
 *
 * All functions of PKCS#11 v2.40 take and return machine words on Linux (CK_ULONG, pointers, CK_BBOOL in a register), at most
 * eight of them. So one shape of function stands for all of them, which holds for the calling conventions of x86-64 and
 * arm64: an argument too many is never looked at.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef unsigned long word;
typedef word (*function)(word, word, word, word, word, word, word, word);

/* CK_FUNCTION_LIST: two bytes of version, then the functions in the standard's order. */
enum { FUNCTIONS = 68 };
struct function_list {
    unsigned char version[2];
    function call[FUNCTIONS];
};

/* Their numbers, of those that are looked at here. */
enum {
    F_GetFunctionList = 3, F_GetSlotList = 4, F_GetSlotInfo = 5, F_GetTokenInfo = 6, F_GetMechanismInfo = 8, F_InitPIN = 10,
    F_SetPIN = 11, F_OpenSession = 12, F_CloseSession = 13, F_CloseAllSessions = 14, F_GetSessionInfo = 15, F_Login = 18,
    F_Logout = 19, F_CreateObject = 20, F_CopyObject = 21, F_GetAttributeValue = 24, F_SetAttributeValue = 25,
    F_FindObjects = 27, F_SignInit = 42, F_Sign = 43, F_GenerateKey = 58, F_GenerateKeyPair = 59, F_WrapKey = 60,
    F_WaitForSlotEvent = 67
};

/* PKCS#11's own numbers. */
enum {
    CKR_OK = 0x0, CKR_SLOT_ID_INVALID = 0x3, CKR_GENERAL_ERROR = 0x5, CKR_DEVICE_REMOVED = 0x32,
    CKR_KEY_HANDLE_INVALID = 0x60, CKR_MECHANISM_INVALID = 0x70, CKR_OBJECT_HANDLE_INVALID = 0x82,
    CKR_OPERATION_NOT_INITIALIZED = 0x91, CKR_PIN_INCORRECT = 0xA0, CKR_SESSION_COUNT = 0xB1,
    CKR_SESSION_HANDLE_INVALID = 0xB3, CKR_TOKEN_NOT_PRESENT = 0xE0, CKR_USER_NOT_LOGGED_IN = 0x101
};
static const word CKU_CONTEXT_SPECIFIC = 2, CKA_ALWAYS_AUTHENTICATE = 0x202;

/* The control file, in words. */
enum {
    ABSENT = 0,           /* the token is not there */
    LIFE = 1,             /* a new number: the token came back, with other slot, session and object numbers */
    MAX_SESSIONS = 2,     /* the most sessions, told and held to; 0 the module's own, all ones told as "unavailable" */
    NO_MECHANISM = 3,     /* this mechanism is lacking */
    ALWAYS_LOGIN = 4,     /* each signature wants a login of its own */
    WRONG_SIGNATURES = 5, /* how many signatures to spoil; all ones for every one */
    END_SESSIONS = 6,     /* a new number: all sessions end */
    LOGOUT = 7,           /* a new number: the user is logged out */
    TOKEN_FLAGS = 8,      /* set in the token's flags */
    CONTEXT_LOGINS = 9,   /* counts the logins for one signature */
    ORDERS = 64           /* for each function four words: */
};
enum {
    ORDER = 0,    /* what to do, see below */
    ARGUMENT = 1, /* a CKR, or milliseconds */
    TIMES = 2,    /* how many times, counted down; all ones until it is changed */
    CALLS = 3,    /* counts the calls */
    ORDER_WORDS = 4
};
enum { NOTHING = 0, ANSWER = 1, DELAY = 2, HANG = 3, CRASH = 4 };
enum { CONTROL_BYTES = (ORDERS + FUNCTIONS * ORDER_WORDS) * 8 };

static struct function_list *real;
static struct function_list ours;
static volatile word *control;
static pthread_once_t loaded = PTHREAD_ONCE_INIT;

/*
 * Calls of the real module share the one lock; what ends its sessions has it alone, for SoftHSM does not survive that a
 * session ends which another thread is using. The other lock guards the counts. Nothing hangs under either.
 */
static pthread_rwlock_t in_use;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile word ended_sessions, logged_out, open_sessions, lived;
static word used_slots[64];
static int used_slot_count;

/* Sessions whose next C_Sign still wants its login. */
enum { MANY = 4096 };
static word waiting[MANY];

/* Numbers of slots, sessions and objects carry the life they belong to in their upper half. */
static word current_life(void) { return control[LIFE] << 32; }
static word with_life(word number) { return number | current_life(); }
static int is_of_this_life(word number) { return (number >> 32) == control[LIFE]; }
static word without_life(word number) { return number & 0xFFFFFFFFul; }

/* Whether something that may happen a number of times happens now. */
static int take(volatile word *times) {
    word left;
    do {
        left = *times;
        if (left == 0) return 0;
        if (left == ~0ul) return 1;
    } while (!__sync_bool_compare_and_swap(times, left, left - 1));
    return 1;
}

static void note_slot(word slot) {
    int i;
    for (i = 0; i < used_slot_count; i++) if (used_slots[i] == slot) return;
    if (used_slot_count < 64) used_slots[used_slot_count++] = slot;
}

static void end_all_sessions(void) {
    int i;
    for (i = 0; i < used_slot_count; i++) real->call[F_CloseAllSessions](used_slots[i], 0, 0, 0, 0, 0, 0, 0);
    open_sessions = 0;
}

static void log_out(void) {
    int i;
    for (i = 0; i < used_slot_count; i++) {
        word session = 0;
        if (real->call[F_OpenSession](used_slots[i], 4, 0, 0, (word)&session, 0, 0, 0) != CKR_OK) continue;
        real->call[F_Logout](session, 0, 0, 0, 0, 0, 0, 0);
        real->call[F_CloseSession](session, 0, 0, 0, 0, 0, 0, 0);
    }
}

/* What was ordered since the last call and has its effect on all that is open. */
static void catch_up(void) {
    if (ended_sessions == control[END_SESSIONS] && lived == control[LIFE] && logged_out == control[LOGOUT]
        && !(control[ABSENT] && open_sessions)) return;
    pthread_rwlock_wrlock(&in_use);
    if (ended_sessions != control[END_SESSIONS] || lived != control[LIFE] || (control[ABSENT] && open_sessions)) {
        ended_sessions = control[END_SESSIONS];
        lived = control[LIFE];
        end_all_sessions();
    }
    if (logged_out != control[LOGOUT]) {
        logged_out = control[LOGOUT];
        log_out();
    }
    pthread_rwlock_unlock(&in_use);
}

/* Gives an answer in place of the call, or CKR_OK when it is to be made. */
static word obey(int number) {
    volatile word *order = control + ORDERS + number * ORDER_WORDS;
    __sync_fetch_and_add(order + CALLS, 1);
    if (order[ORDER] == NOTHING || !take(order + TIMES)) return CKR_OK;
    switch (order[ORDER]) {
    case ANSWER: return order[ARGUMENT];
    case DELAY: usleep((useconds_t)order[ARGUMENT] * 1000); return CKR_OK;
    case HANG: while (order[ORDER] == HANG) usleep(2000); return CKR_OK;
    case CRASH: *(volatile int *)8 = 0; return CKR_GENERAL_ERROR;
    default: return CKR_OK;
    }
}

static int takes_session(int number) {
    return number == F_InitPIN || number == F_SetPIN
        || (number >= F_CloseSession && number < F_WaitForSlotEvent && number != F_CloseAllSessions);
}
static int takes_slot(int number) {
    return number >= F_GetSlotInfo && number <= F_CloseAllSessions && !takes_session(number);
}
static int takes_object(int number) { return number >= F_CopyObject && number <= F_SetAttributeValue; }

/* The slot or session, and the objects, that the caller means; an answer when they are of another life. */
static word translate(int number, word *a, word *b, word *c, word *d) {
    if (takes_slot(number)) {
        if (!is_of_this_life(*a)) return CKR_SLOT_ID_INVALID;
        if (control[ABSENT]) return CKR_TOKEN_NOT_PRESENT;
        *a = without_life(*a);
    }
    if (takes_session(number)) {
        if (control[ABSENT]) return CKR_DEVICE_REMOVED;
        if (!is_of_this_life(*a)) return CKR_SESSION_HANDLE_INVALID;
        *a = without_life(*a);
    }
    if (takes_object(number)) {
        if (!is_of_this_life(*b)) return CKR_OBJECT_HANDLE_INVALID;
        *b = without_life(*b);
    }
    if (number == F_SignInit || number == F_WrapKey) {
        if (!is_of_this_life(*c)) return CKR_KEY_HANDLE_INVALID;
        *c = without_life(*c);
    }
    if (number == F_WrapKey) *d = without_life(*d);
    return CKR_OK;
}

static void rename_all(word *numbers, word count) {
    word i;
    for (i = 0; numbers && i < count; i++) numbers[i] = with_life(numbers[i]);
}

/* CK_ATTRIBUTE: type, value, length. */
static void answer_always_authenticate(word *attributes, word count) {
    word i;
    for (i = 0; i < count; i++) {
        if (attributes[3 * i] != CKA_ALWAYS_AUTHENTICATE) continue;
        if (attributes[3 * i + 1]) *(unsigned char *)attributes[3 * i + 1] = 1;
        attributes[3 * i + 2] = 1;
    }
}

/* CK_TOKEN_INFO: texts of 96 bytes in all, flags, then the most sessions and those that are open. */
static void answer_token_info(char *info) {
    word flags, most = control[MAX_SESSIONS];
    memcpy(&flags, info + 96, sizeof flags);
    flags |= control[TOKEN_FLAGS];
    memcpy(info + 96, &flags, sizeof flags);
    if (most != 0) memcpy(info + 104, &most, sizeof most);
}

static word open_session(word slot, word flags, word application, word notify, word *session) {
    word code = CKR_SESSION_COUNT, most = control[MAX_SESSIONS];
    pthread_mutex_lock(&lock);
    if (most == 0 || most == ~0ul || open_sessions < most) {
        note_slot(slot);
        code = real->call[F_OpenSession](slot, flags, application, notify, (word)session, 0, 0, 0);
        if (code == CKR_OK) {
            open_sessions++;
            waiting[*session % MANY] = 0;
            *session = with_life(*session);
        }
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static word close_session(word session) {
    word code = real->call[F_CloseSession](session, 0, 0, 0, 0, 0, 0, 0);
    pthread_mutex_lock(&lock);
    if (code == CKR_OK && open_sessions > 0) open_sessions--;
    pthread_mutex_unlock(&lock);
    return code;
}

/* The login between C_SignInit and C_Sign is played here: SoftHSM's keys want none. The user's own proves the PIN. */
static word login_for_signature(word session, word pin, word length) {
    word code;
    if (!waiting[session % MANY]) return CKR_OPERATION_NOT_INITIALIZED;
    __sync_fetch_and_add(control + CONTEXT_LOGINS, 1);
    code = real->call[F_Login](session, 1, pin, length, 0, 0, 0, 0);
    if (code != 0x100 /* CKR_USER_ALREADY_LOGGED_IN */ && code != CKR_OK) return CKR_PIN_INCORRECT;
    waiting[session % MANY] = 0;
    return CKR_OK;
}

static word sign(word session, word data, word length, word signature, word *signature_length) {
    word code;
    if (control[ALWAYS_LOGIN] && waiting[session % MANY]) return CKR_USER_NOT_LOGGED_IN;
    code = real->call[F_Sign](session, data, length, signature, (word)signature_length, 0, 0, 0);
    if (code == CKR_OK && signature && take(control + WRONG_SIGNATURES))
        ((unsigned char *)signature)[*signature_length / 2 - 1] ^= 1;
    return code;
}

static word call(int number, word a, word b, word c, word d, word e, word f, word g, word h) {
    word code = translate(number, &a, &b, &c, &d);
    if (code != CKR_OK) return code;

    switch (number) {
    case F_OpenSession: return open_session(a, b, c, d, (word *)e);
    case F_CloseSession: return close_session(a);
    case F_GetMechanismInfo:
        if (control[NO_MECHANISM] && b == control[NO_MECHANISM]) return CKR_MECHANISM_INVALID;
        break;
    case F_SignInit:
        if (control[NO_MECHANISM] && *(word *)b == control[NO_MECHANISM]) return CKR_MECHANISM_INVALID;
        break;
    case F_Login:
        if (b == CKU_CONTEXT_SPECIFIC) return login_for_signature(a, c, d);
        break;
    case F_Sign: return sign(a, b, c, d, (word *)e);
    case F_GetSlotList:
        if (!control[ABSENT]) break;
        *(word *)c = 0;
        return CKR_OK;
    default: break;
    }

    code = real->call[number](a, b, c, d, e, f, g, h);
    if (code != CKR_OK) return code;

    switch (number) {
    case F_GetSlotList: rename_all((word *)b, b ? *(word *)c : 0); break;
    case F_GetAttributeValue: if (control[ALWAYS_LOGIN]) answer_always_authenticate((word *)c, d); break;
    case F_GetTokenInfo: answer_token_info((char *)b); break;
    case F_GetSessionInfo: *(word *)b = with_life(*(word *)b); break;
    case F_FindObjects: rename_all((word *)b, *(word *)d); break;
    case F_CreateObject: rename_all((word *)d, 1); break;
    case F_CopyObject: case F_GenerateKey: rename_all((word *)e, 1); break;
    case F_GenerateKeyPair: rename_all((word *)g, 1); rename_all((word *)h, 1); break;
    case F_SignInit: waiting[a % MANY] = control[ALWAYS_LOGIN]; break;
    default: break;
    }
    return code;
}

static word forward(int number, word a, word b, word c, word d, word e, word f, word g, word h) {
    word code = obey(number);
    if (code != CKR_OK) return code;
    catch_up();
    pthread_rwlock_rdlock(&in_use);
    code = call(number, a, b, c, d, e, f, g, h);
    pthread_rwlock_unlock(&in_use);
    return code;
}

#define SHAPE(n) static word call_##n(word a, word b, word c, word d, word e, word f, word g, word h) \
    { return forward(n, a, b, c, d, e, f, g, h); }
#define TEN(X, t) X(t##0) X(t##1) X(t##2) X(t##3) X(t##4) X(t##5) X(t##6) X(t##7) X(t##8) X(t##9)
#define ALL(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) TEN(X, 1) TEN(X, 2) TEN(X, 3) TEN(X, 4) TEN(X, 5) \
    X(60) X(61) X(62) X(63) X(64) X(65) X(66) X(67)
ALL(SHAPE)
#define NAME(n) call_##n,
static const function shapes[FUNCTIONS] = { ALL(NAME) };

static void load(void) {
    const char *path = getenv("FAULTP11_MODULE"), *steering = getenv("FAULTP11_CONTROL");
    pthread_rwlockattr_t writers_first;
    word (*list)(struct function_list **);
    void *library, *mapped;
    int file;
    pthread_rwlockattr_init(&writers_first);
    pthread_rwlockattr_setkind_np(&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&in_use, &writers_first);
    file = steering ? open(steering, O_RDWR) : -1;
    if (file < 0) { fprintf(stderr, "faultp11: FAULTP11_CONTROL names no file that can be written\n"); return; }
    mapped = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    control = (volatile word *)mapped;
    ended_sessions = control[END_SESSIONS];
    logged_out = control[LOGOUT];
    lived = control[LIFE];

    library = dlopen(path ? path : "/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) { fprintf(stderr, "faultp11: %s\n", dlerror()); return; }
    *(void **)&list = dlsym(library, "C_GetFunctionList");
    if (!list || list(&real) != CKR_OK) { real = NULL; return; }
    memcpy(ours.version, real->version, sizeof ours.version);
    memcpy(ours.call, shapes, sizeof shapes);
}

__attribute__((visibility("default"))) word C_GetFunctionList(struct function_list **list) {
    pthread_once(&loaded, load);
    if (!real) return CKR_GENERAL_ERROR;
    *list = &ours;
    return CKR_OK;
}
