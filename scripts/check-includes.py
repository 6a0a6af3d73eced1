#!/usr/bin/env python3
"""Holds what each file uses of the standard library against what it includes.

One compiler's headers bring others along that the next compiler's do not, so that a file may build here and fail there.
A file has to include what it uses by itself; x.cpp may rely on x.h, and nobody on anything else.
Prints what is missing; exit 1 then.   scripts/check-includes.py [FILE...]      default: every file of the repository
"""
import pathlib
import re
import subprocess
import sys

# What each header of the standard library has of what we use. A name may stand with several.
HEADERS = {
    "algorithm": "all_of any_of none_of clamp copy copy_if copy_n count count_if equal fill fill_n find find_if find_if_not "
                 "for_each generate is_sorted lexicographical_compare lower_bound max max_element min min_element minmax "
                 "minmax_element mismatch move_backward nth_element partial_sort partition replace remove_if reverse rotate "
                 "search sort stable_sort transform unique upper_bound binary_search ranges",
    "array": "array to_array begin end size data",
    "atomic": "atomic atomic_ref atomic_flag atomic_thread_fence memory_order memory_order_relaxed memory_order_acquire "
              "memory_order_release memory_order_acq_rel memory_order_seq_cst",
    "bit": "bit_cast bit_width bit_ceil bit_floor countr_zero countl_zero popcount endian has_single_bit rotl rotr",
    "bitset": "bitset",
    "cctype": "tolower toupper isupper islower isalnum isalpha isdigit isspace isxdigit isprint",
    "cerrno": "",
    "charconv": "from_chars to_chars chars_format from_chars_result to_chars_result",
    "chrono": "chrono chrono_literals",
    "cmath": "abs ceil copysign cos exp exp2 fabs floor fmod frexp hypot isfinite isinf isnan ldexp llround log log10 log2 lround pow "
             "remainder round sin sqrt tan tanh trunc lerp",
    "complex": "complex polar norm arg abs",
    "concepts": "same_as integral floating_point invocable convertible_to derived_from signed_integral unsigned_integral",
    "condition_variable": "condition_variable condition_variable_any cv_status",
    "csignal": "raise signal sig_atomic_t",
    "cstddef": "size_t ptrdiff_t byte to_integer nullptr_t max_align_t",
    "cstdint": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t intmax_t uintmax_t",
    "cstdio": "FILE fclose fflush fopen fprintf fputc fputs fread fwrite printf puts remove rename snprintf sprintf sscanf "
              "vsnprintf perror size_t",
    "cstdlib": "abort abs atexit atof atoi atoll exit _Exit free getenv malloc strtod strtol strtoll strtoull system size_t",
    "cstring": "memchr memcmp memcpy memmove memset strchr strcmp strerror strlen strncmp strrchr strstr size_t",
    "ctime": "gmtime localtime mktime strftime time time_t tm size_t",
    "cwchar": "swprintf wcslen wmemcpy size_t",
    "deque": "deque erase erase_if begin end size",
    "exception": "exception exception_ptr current_exception make_exception_ptr rethrow_exception terminate "
                 "uncaught_exceptions",
    "filesystem": "filesystem",
    "fstream": "ifstream ofstream fstream",
    "functional": "function greater hash invoke less mem_fn not_fn plus reference_wrapper ref cref bind",
    "future": "future future_status packaged_task promise async launch shared_future",
    "initializer_list": "initializer_list",
    "iomanip": "setw setfill setprecision hex fixed quoted",
    "ios": "ios streamsize ios_base hex fixed",
    "iostream": "cerr cin cout clog ostream istream ios streamsize",
    "istream": "istream",
    "iterator": "back_inserter begin end size data default_sentinel_t default_sentinel distance istreambuf_iterator "
                "istream_iterator make_move_iterator next prev advance ssize rbegin rend input_iterator reverse_iterator",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map multimap pair initializer_list erase_if begin end size",
    "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared static_pointer_cast dynamic_pointer_cast "
              "default_delete enable_shared_from_this addressof make_unique_for_overwrite allocator",
    "mutex": "mutex lock_guard unique_lock scoped_lock recursive_mutex call_once once_flag",
    "new": "align_val_t bad_alloc nothrow launder hardware_destructive_interference_size",
    "numbers": "numbers",
    "numeric": "accumulate gcd iota lcm midpoint reduce",
    "optional": "optional nullopt nullopt_t make_optional in_place",
    "ostream": "ostream endl flush",
    "random": "mt19937 mt19937_64 minstd_rand random_device uniform_int_distribution uniform_real_distribution "
              "lognormal_distribution bernoulli_distribution normal_distribution",
    "ranges": "views ranges",
    "ratio": "ratio milli micro nano",
    "regex": "regex regex_match regex_search smatch cmatch regex_replace sregex_iterator",
    "semaphore": "counting_semaphore binary_semaphore",
    "set": "set multiset pair erase_if begin end size",
    "shared_mutex": "shared_mutex shared_lock",
    "source_location": "source_location",
    "span": "span as_bytes as_writable_bytes dynamic_extent begin end size",
    "sstream": "istringstream ostringstream stringstream",
    "stdexcept": "domain_error invalid_argument length_error logic_error out_of_range overflow_error range_error "
                 "runtime_error",
    "stop_token": "stop_token stop_source stop_callback",
    "string": "string wstring u32string u8string u16string to_string to_wstring stod stof stoi stol stoll stoul stoull "
              "getline char_traits string_literals begin end size data erase erase_if",
    "string_view": "string_view wstring_view u8string_view begin end size data string_view_literals",
    "system_error": "errc error_code error_category generic_category system_category system_error make_error_code",
    "thread": "jthread thread this_thread stop_token stop_source stop_callback",
    "tuple": "tuple tie make_tuple get apply",
    "type_traits": "conditional_t decay_t enable_if_t invoke_result_t is_const_v is_enum_v is_integral_v "
                   "is_nothrow_move_constructible_v is_same_v is_signed_v is_trivially_copyable_v is_unsigned_v "
                   "is_floating_point_v is_base_of_v make_unsigned_t make_signed_t remove_cvref_t remove_reference_t "
                   "underlying_type_t true_type false_type void_t add_const_t is_default_constructible_v "
                   "is_copy_constructible_v is_move_constructible_v is_void_v is_convertible_v is_invocable_r_v "
                   "is_invocable_v common_type_t type_identity_t integral_constant bool_constant is_aggregate_v "
                   "is_copy_assignable_v is_move_assignable_v is_constant_evaluated",
    "typeinfo": "bad_cast type_info",
    "unordered_map": "unordered_map erase_if",
    "unordered_set": "unordered_set erase_if",
    "utility": "declval exchange forward in_place make_pair move pair swap cmp_less cmp_greater in_range as_const get "
               "piecewise_construct index_sequence make_index_sequence integer_sequence cmp_less_equal cmp_equal",
    "variant": "variant visit get get_if holds_alternative monostate",
    "vector": "vector erase erase_if begin end size data",
}
WHERE = {}
for header, names in HEADERS.items():
    for name in names.split():
        WHERE.setdefault(name, set()).add(header)
# Without std::, and macros.
BARE = [(re.compile(r"\b(?:U?INT(?:8|16|32|64|MAX|PTR)_(?:MAX|MIN|C)|SIZE_MAX)\b"), {"cstdint"}),
        (re.compile(r"(?<![:\w])u?int(?:8|16|32|64)_t\b"), {"cstdint"}),
        (re.compile(r"(?<![:\w])errno\b"), {"cerrno"}),
        (re.compile(r"(?<![:\w])E(?:AGAIN|INTR|INVAL|IO|NOENT|NOSPC|PERM|PIPE|ACCES|EXIST)\b"), {"cerrno"}),
        (re.compile(r"(?<![:\w.>])(?:memcpy|memset|memcmp|memmove|strlen|strcmp)\s*\("), {"cstring"}),
        (re.compile(r"\bCHAR_BIT\b"), {"climits"}),
        (re.compile(r"\bassert\s*\("), {"cassert"}),
        (re.compile(r"(?<![:\w])SIG(?:INT|TERM|HUP|PIPE|KILL|CHLD|ABRT|SEGV|USR1|USR2|WINCH)\b"), {"csignal"}),
        (re.compile(r"<=>"), {"compare"})]
# C's own spelling does as well, if a file talks to the system.
C_HEADERS = {"errno.h": "cerrno", "signal.h": "csignal", "stdint.h": "cstdint", "stdio.h": "cstdio", "stdlib.h": "cstdlib",
             "string.h": "cstring", "time.h": "ctime", "limits.h": "climits", "sys/stat.h": None}
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)


def included(path):
    found = INCLUDE.findall(path.read_text(encoding="utf-8"))
    return {C_HEADERS.get(each) or each for each in found}


def own_header(path):
    """x.h of x.cpp, and of x_posix.cpp, x_win32.cpp and x_test.cpp."""
    for stem in (path.stem, re.sub(r"_(?:posix|win32)$", "", path.stem)):
        header = path.with_name(stem + ".h")
        if path.suffix == ".cpp" and header.exists():
            return header
    return None


def missing(path):
    has = included(path)
    header = own_header(path)
    if header:
        has |= included(header)
    # A digit separator would look like a character.
    text = re.sub(r"(?<=\d)'(?=\d)", "", path.read_text(encoding="utf-8"))
    text = re.sub(r"^\s*#\s*include[^\n]*", "", text, flags=re.M)
    code = NOT_CODE.sub(lambda hit: "\n" * hit.group().count("\n"), text)
    wanted = {}
    for hit in re.finditer(r"\bstd::(\w+)", code):
        wanted.setdefault("std::" + hit.group(1), WHERE.get(hit.group(1)))
    for pattern, headers in BARE:
        hit = pattern.search(code)
        if hit:
            wanted.setdefault(hit.group().rstrip("( "), headers)
    for name, headers in sorted(wanted.items()):
        if headers is None:
            yield f"{path}: {name} is in no list of scripts/check-includes.py: add it to its header's"
        elif not headers & has:
            yield f"{path}: {name} needs " + " or ".join(f"<{each}>" for each in sorted(headers))


def main():
    files = sys.argv[1:] or subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.h", "*.cpp", "*.cpp.in", "*.h.in"], check=True,
                                           capture_output=True, text=True).stdout.split()
    complaints = [each for name in files if pathlib.Path(name).exists() for each in missing(pathlib.Path(name))]
    print("".join(each + "\n" for each in complaints), end="")
    return 1 if complaints else 0


sys.exit(main())
