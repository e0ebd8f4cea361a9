#!/usr/bin/env python3
"""Writes the manual pages from the program's own --help.

Usage: manual.py path/to/xsarchive DIRECTORY
"""

import json
import os
import subprocess
import sys
import time


def escape(text):
    """Escapes text for troff."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return "\n".join("\\&" + line if line.startswith((".", "\\(aq")) else line for line in text.split("\n"))


def date():
    """Today, or the day that SOURCE_DATE_EPOCH sets for a reproducible build."""
    return time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))


def names(argument):
    def dashed(name):
        return ("--" if name["kind"] == "long" else "-") + name["name"]

    short = [dashed(name) for name in argument["names"] if name["kind"] == "short"]
    return short + [dashed(name) for name in argument["names"] if name["kind"] != "short"]


def value(argument):
    return f"\\fI{escape(argument['valueName'])}\\fR"


def shown(command):
    """The arguments by kind, without those that every command has."""
    for argument in command["arguments"]:
        if argument.get("shouldDisplay", True) and argument["valueName"] not in ("help", "version"):
            yield argument


def synopsis(command):
    words = []
    for argument in shown(command):
        if argument["kind"] == "positional":
            word = value(argument) + ("..." if argument.get("isRepeating") else "")
            words.append(f"[{word}]" if argument.get("isOptional") else word)
        elif not argument.get("isOptional"):
            words.append(f"\\fB{escape(names(argument)[-1])}\\fR {value(argument)}")
    return " ".join(["[\\fIoptions\\fR]"] + words)


def description(argument):
    parts = [escape(argument.get("abstract", ""))]
    if "defaultValue" in argument and argument.get("kind") != "flag":
        parts.append(f"The default is {escape(argument['defaultValue'])}.")
    return "\n".join(parts)


def sections(discussion):
    """The paragraphs, the examples, and the lines about the exit status."""
    paragraphs, examples, status = [], [], []
    for line in discussion.split("\n"):
        if line.startswith("  "):
            examples.append(line[2:])
        elif line.startswith("Exit status: "):
            status.append(line[len("Exit status: "):])
        elif line.strip() and line not in ("Example:", "Examples:"):
            paragraphs.append(line)
    return paragraphs, examples, status


def page(title, version, command, seen):
    name = title.lower()
    lines = [f'.TH {title.upper()} 1 "{date()}" "xsarchive {version}" "xsarchive"', ".nh", ".SH NAME", f"{escape(name)} \\- {escape(command['abstract'].rstrip('.'))}"]
    invocation = "\\fB" + escape(name.replace("-", " ", 1)) + "\\fR"
    lines += [".SH SYNOPSIS"]
    commands = [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help" and sub.get("shouldDisplay", True)]
    lines += [invocation + (" [\\fB\\-a\\fR \\fIarchive\\fR] \\fIcommand\\fR [\\fIoptions\\fR] ..." if commands else " " + synopsis(command))]
    paragraphs, examples, status = sections(command.get("discussion", ""))
    lines += [".SH DESCRIPTION", escape(command["abstract"])]
    for paragraph in paragraphs:
        lines += [".PP", escape(paragraph)]
    if commands:
        lines += [".SH COMMANDS", "Each has a page of its own, like", ".BR xsarchive\\-import (1)."]
        for sub in commands:
            lines += [".TP", f".B {escape(sub['commandName'])}", escape(sub["abstract"])]
    operands = [argument for argument in shown(command) if argument["kind"] == "positional"]
    options = [argument for argument in shown(command) if argument["kind"] != "positional"]
    if operands:
        lines += [".SH ARGUMENTS"]
        for argument in operands:
            lines += [".TP", value(argument), description(argument)]
    lines += [".SH OPTIONS"]
    for argument in options:
        forms = ", ".join(f"\\fB{escape(form)}\\fR" for form in names(argument))
        lines += [".TP", forms + (" " + value(argument) if argument["kind"] == "option" else ""), description(argument)]
    lines += [".TP", "\\fB\\-h\\fR, \\fB\\-\\-help\\fR", "Tell how it is used."]
    if commands:
        lines += [".TP", "\\fB\\-\\-version\\fR", "Print the version."]
    lines += [".SH EXIT STATUS"]
    lines += [escape("; ".join(status)) if status else "0 done or same, 1 differences or findings, 2 trouble, 64 wrong usage."]
    lines += [".SH ENVIRONMENT", ".TP", ".B XSARCHIVE", "The archive where", ".B \\-a", "names none."]
    if examples:
        lines += [".SH EXAMPLES", ".EX"] + [escape(line) for line in examples] + [".EE"]
    lines += [".SH SEE ALSO", ",\n".join(f".BR {escape(other)} (1)" for other in seen)]
    return "\n".join(lines) + "\n"


def main(program, folder):
    help_text = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    root = json.loads(help_text)["command"]
    os.makedirs(folder, exist_ok=True)
    commands = {"xsarchive-" + sub["commandName"]: sub for sub in root["subcommands"] if sub["commandName"] != "help" and sub.get("shouldDisplay", True)}
    pages = {"xsarchive": (root, sorted(commands))}
    pages.update({name: (command, ["xsarchive"]) for name, command in commands.items()})
    for name, (command, seen) in pages.items():
        with open(os.path.join(folder, name + ".1"), "w", encoding="utf-8") as file:
            file.write(page(name, version, command, seen))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: manual.py path/to/xsarchive DIRECTORY")
    main(*sys.argv[1:])
