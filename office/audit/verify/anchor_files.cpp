#include "office/audit/verify/anchor_files.hpp"

#include <algorithm>
#include <system_error>

#include "office/audit/verify/finding.hpp"

namespace cambist::office::verify {

AnchorFiles::AnchorFiles(const std::filesystem::path& folder) {
    std::error_code problem;
    for (std::filesystem::directory_iterator at(folder, problem), end; !problem && at != end;
         at.increment(problem)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with("audit-") && name.ends_with(".jsonl"))
            files_.push_back({at->path(), at->file_size()});
    }
    if (problem)
        throw CannotVerify(folder.string() + ": " + problem.message());
    std::ranges::sort(files_, {}, &File::path);
}

bool AnchorFiles::open_next() {
    if (opened_ == files_.size())
        return false;
    stream_.close();
    stream_.clear();
    stream_.open(files_[opened_].path, std::ios::binary);
    if (!stream_)
        throw CannotVerify(files_[opened_].path.string() + ": cannot be read");
    ++opened_;
    read_ = 0;
    line_ = 0;
    return true;
}

std::optional<AnchorLine> AnchorFiles::next() {
    while (true) {
        if (opened_ == 0 && !open_next())
            return std::nullopt;
        const File& file = files_[opened_ - 1];
        AnchorLine line;
        if (read_ < file.size && std::getline(stream_, line.text)) {
            read_ += line.text.size() + 1;
            line.place = file.path.string() + ":" + std::to_string(++line_);
            const bool torn = read_ > file.size;
            if (!torn || opened_ < files_.size())
                return line;
        }
        if (!open_next())
            return std::nullopt;
    }
}

}  // namespace cambist::office::verify
